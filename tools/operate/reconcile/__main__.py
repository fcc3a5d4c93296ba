"""`python -m tools.operate.reconcile`: see the package."""

import sys

from tools.operate.reconcile.cli import main
from tools.terminal.ending import ended

sys.exit(ended("reconcile", main, on_interrupt="the same command resumes at the current page"))
