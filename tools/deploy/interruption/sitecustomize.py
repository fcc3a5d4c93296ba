"""Python imports this at its start where the folder is on PYTHONPATH: an interruption leaves no trace.

The Pulumi engine interrupts a layer's program as soon as a resource was refused. What the program happened to
be doing then is of no interest, and would fill a screen right below the refusal.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)
