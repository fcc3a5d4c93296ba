"""Suppress the traceback of interrupts; Python imports this module at start if the folder is on PYTHONPATH.

The Pulumi engine interrupts a program when a resource fails. The program's traceback would hide that error.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)
