"""`python -m tools.operate.redrive`: see the package."""

import sys

from tools.operate.redrive.cli import main
from tools.terminal.ending import ended

sys.exit(
    ended(
        "redrive",
        main,
        on_interrupt="what went on has left the queue, the rest is still in it: the same command goes on",
    )
)
