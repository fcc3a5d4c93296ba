"""`python -m tools.local`."""

import sys

from tools.local.cli import main
from tools.terminal.ending import ended

sys.exit(ended("local", main, on_interrupt="what is done is kept in the state; the same command goes on"))
