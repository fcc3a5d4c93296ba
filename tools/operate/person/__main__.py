"""`python -m tools.operate.person`: see the package."""

import sys

from tools.operate.person.cli import main
from tools.terminal.ending import ended

sys.exit(
    ended(
        "export or erase",
        main,
        on_interrupt="erased items stay erased; run the same command to erase the rest",
    )
)
