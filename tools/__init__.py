"""What people run: one folder for each kind of person. Nothing of it is deployed."""

import signal
import sys

if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # `python -m tools.…` has yet to import the command: until that runs and can say what stands
    # (tools/terminal/ending.py), Ctrl-C ends it as it ends any program, and not with a trace of imports.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
