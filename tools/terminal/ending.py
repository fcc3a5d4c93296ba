"""How a command ends that a person runs: in one line and without a stack trace, whatever ends it."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Final

from tools.terminal.harmless import harmless_output

CLOSED: Final = 1
INTERRUPTED: Final = 130


def ended(command: str, run: Callable[[], int], *, on_interrupt: str, draws: bool = False) -> int:
    """Run a command; return its exit code, also where nobody reads its output any more or it is interrupted.

    Args:
        command: Its name, for the line.
        run: The command.
        on_interrupt: What stands after an interrupt, and how to go on.
        draws: It moves the cursor itself, and makes what comes from outside visible where it prints it.
    """
    let_interrupts_raise()
    try:
        with nullcontext() if draws else harmless_output():
            code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        print(f"{command}: the output pipe is closed, so the output is incomplete", file=sys.stderr)
        return CLOSED
    except KeyboardInterrupt:
        print(f"\n{command}: interrupted; {on_interrupt}", file=sys.stderr)
        return INTERRUPTED
    return code


def let_interrupts_raise() -> None:
    """Make Ctrl-C a KeyboardInterrupt again, once the command is imported (tools/__init__.py)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


NOTHING_CHANGED: Final = "nothing has changed; run the same command again"
