"""Handle locked stacks: wait for a running update, release the lock of a dead one."""

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tools.deploy.pulumi_command import Stack, run

_LOCK = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
_CONFLICT = "[409] Conflict: Another update is currently in progress"
"""Pulumi Cloud's message, which does not name the holder."""


@dataclass(frozen=True)
class Lock:
    """A lock of a stack in a file or bucket backend."""

    user: str
    host: str
    pid: int
    since: str

    @property
    def abandoned(self) -> bool:
        """Whether the holder was a process of this machine that has ended; unknown for other machines."""
        return self.host == socket.gethostname() and not _lives(self.pid)

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user}@{self.host}, since {self.since}"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


def locks_in(errors: str) -> list[Lock]:
    """Return the locks named in an error of the CLI."""
    return [
        Lock(found["user"], found["host"], int(found["pid"]), found["since"])
        for found in _LOCK.finditer(errors)
    ]


def run_when_free(stack: Stack, *arguments: str) -> int:
    """Run the CLI on a stack and return its exit code.

    A lock is only released, with a message, if its process is known to have ended. For any other lock, a
    message names the holder and how to release it.
    """
    ended = run(stack.words(*arguments))
    locks = locks_in(ended.errors)
    if not ended.code or not (locks or _CONFLICT in ended.errors):
        return ended.code
    if locks and all(lock.abandoned for lock in locks):
        print(f"Its lock was left by a run that has ended ({_listed(locks)}): releasing it", flush=True)
        return run(stack.words("cancel", "--yes")).code or run(stack.words(*arguments)).code
    print("\n".join(_explained(stack, locks)), flush=True)
    return ended.code


def _explained(stack: Stack, locks: list[Lock]) -> Iterator[str]:
    yield f"{stack} is held by another run" + (f": {_listed(locks)}." if locks else ".")
    yield "Wait until it ends, then run the same command again."
    if all(lock.host != socket.gethostname() for lock in locks):
        yield f"If it was killed: {stack.shown('cancel', '--yes')}"


def _listed(locks: list[Lock]) -> str:
    return ", ".join(map(str, locks))
