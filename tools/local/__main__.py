"""`python -m tools.local`."""

import sys

from tools.local.cli import main
from tools.terminal.ending import NOTHING_CHANGED, ended

sys.exit(ended("local", main, on_interrupt=NOTHING_CHANGED, draws=True))
