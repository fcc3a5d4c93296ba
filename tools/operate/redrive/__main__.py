"""`python -m tools.operate.redrive`: see the package."""

import sys

from tools.operate.redrive.cli import main
from tools.terminal.ending import ended

sys.exit(
    ended(
        "redrive",
        main,
        on_interrupt="redriven messages have left the queue, the rest are still in it; the same command "
        "resumes",
    )
)
