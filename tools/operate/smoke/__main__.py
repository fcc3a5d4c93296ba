"""`python -m tools.operate.smoke`: see the package."""

import sys

from tools.operate.smoke.cli import main
from tools.terminal.ending import ended

sys.exit(
    ended(
        "smoke",
        main,
        on_interrupt="run `make smoke` again; it prints how to clean up after an earlier run",
    )
)
