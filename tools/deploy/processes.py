"""Processes of this machine that others have written down."""

import os


def lives(pid: int) -> bool:
    """Whether there is a process of this id, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
