"""Commands that a test starts: what they said, and their surely coming to an end."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.process import alive, descendants

SECONDS_FOR_A_COMMAND = 600
_SECONDS_TO_DIE = 30


@dataclass(frozen=True)
class Ran:
    """A command that has ended, with all that it said."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both outputs; for reading, not in the order of writing."""
        return f"{self.out}\n{self.err}"

    def succeeded(self) -> "Ran":
        """This, once it is seen to have ended well."""
        assert self.code == 0, f"{' '.join(self.words)} ended with {self.code}:\n{self.text}"
        return self

    def refused(self) -> "Ran":
        """This, once it is seen to have failed by its own decision."""
        assert self.code != 0, f"{' '.join(self.words)} was to fail:\n{self.text}"
        assert "Traceback" not in self.text, self.text
        return self

    def told_to_run(self) -> list[str]:
        """The `make` commands that the messages name, in order, each once."""
        found = re.findall(r"\bmake [a-z]+(?:-[a-z]+)?(?: [A-Z]+=\S+)+", self.text)
        return list(dict.fromkeys(found))


@contextmanager
def running(
    words: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A command that runs beside the test; whatever is left of it at the end is killed."""
    process = subprocess.Popen(
        words,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            kill({process.pid, *descendants(process.pid)})
            process.wait(_SECONDS_TO_DIE)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def kill(family: Iterable[int]) -> None:
    """End processes with no word of warning, and see them gone."""
    pids = set(family)
    for pid in alive(pids):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + _SECONDS_TO_DIE
    while alive(pids):
        assert time.monotonic() < deadline, "processes outlive SIGKILL"
        time.sleep(0.05)
