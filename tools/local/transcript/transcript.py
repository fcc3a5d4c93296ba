"""`python -m tools.local transcript`: a deployment by the Pulumi CLI, its real commands and what they print.

Everything happens in a copy of the project, in a folder that is removed afterwards.
"""

import argparse
import difflib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.process import descendants, interrupts_deferred
from tools.deploy import engine
from tools.deploy.project import ROOT
from tools.local.transcript.project_copy import copy_project
from tools.local.transcript.stable_text import stable
from tools.local.transcript.story import FIRST_TERMINAL, INTRODUCTION, STORY, Step

_SECONDS_TO_START = 120
_SECONDS_FOR_A_COMMAND = 600
_STARTED = "Ctrl-C stops it"
_STANDS_FOR_THE_COPY = "/home/you/fraud-pipeline"
_NOT_INHERITED = ("MAKE", "MFLAGS", "PULUMI", "AWS_", "ENGINE", "CONFIG", "LOCAL_DIRECTORY")


class TranscriptError(RuntimeError):
    """A command of the story did not end as it should; the text has its output."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "transcript.md")
    parser.add_argument(
        "--check", action="store_true", help="write nothing: fail where the file is out of date"
    )


def run(options: argparse.Namespace) -> int:
    """Write the transcript, or compare it with the one that is there."""
    try:
        binary = engine.fitting_binary()
        told = transcript(binary, lambda line: print(line, file=sys.stderr, flush=True))
    except (engine.CliError, TranscriptError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    before = options.output.read_text("utf-8") if options.output.is_file() else ""
    if not options.check:
        options.output.write_text(told, "utf-8")
        print(f"{options.output}: {'as it was' if told == before else 'changed'}", file=sys.stderr)
        return 0
    changes = difflib.unified_diff(before.splitlines(), told.splitlines(), "written", "happened", lineterm="")
    for line in changes:
        print(line)
    return int(told != before)


def transcript(binary: Path, on_step: Callable[[str], None]) -> str:
    """Run the whole story with a CLI; returns the page.

    Raises:
        TranscriptError: a command ended otherwise than the story has it.
    """
    with tempfile.TemporaryDirectory(prefix="transcript-") as folder:
        stage = _Stage(Path(folder).resolve(), binary)
        copy_project(stage.project)
        parts = [INTRODUCTION]
        with stage.first_terminal() as started:
            parts.append(_part(FIRST_TERMINAL, started))
            for step in STORY:
                on_step(f"$ {step.command}")
                parts.append(_part(step, stage.run(step)))
    return "\n".join(parts)


@dataclass(frozen=True)
class _Stage:
    """The folder in which the story happens."""

    folder: Path
    binary: Path

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def run(self, step: Step) -> str:
        """Run a step to its end; returns what it printed, made stable."""
        done = subprocess.run(
            self._words(step.command),
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS_FOR_A_COMMAND,
        )
        if (done.returncode != 0) != step.fails:
            raise TranscriptError(f"`{step.command}` ended with {done.returncode}:\n{done.stdout}")
        return self._stable(done.stdout)

    @contextmanager
    def first_terminal(self) -> Iterator[str]:
        """`make local`, which runs while the block lasts; gives what it prints until it is ready."""
        log = self.folder / "first-terminal.log"
        process: subprocess.Popen[bytes] | None = None
        try:
            with log.open("w") as output, interrupts_deferred():
                process = subprocess.Popen(
                    self._words(FIRST_TERMINAL.command),
                    cwd=self.project,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._await_start(process, log)
            yield self._stable(log.read_text("utf-8"))
        finally:
            if process is not None:
                # The Ctrl-C of a terminal reaches make and all that it started.
                for pid in (process.pid, *descendants(process.pid)):
                    _interrupt(pid)
                process.wait(_SECONDS_TO_START)

    def _await_start(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while _STARTED not in log.read_text("utf-8"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TranscriptError(f"`{FIRST_TERMINAL.command}` did not start:\n{log.read_text('utf-8')}")
            time.sleep(0.1)

    def _words(self, command: str) -> list[str]:
        words = shlex.split(command)
        if words[0] != "make":
            return words
        ready = self.folder / "ready"
        ready.touch()  # newer than what it depends on: the shared virtual environment is not made anew
        return [*words, f"PYTHON={sys.executable}", f"READY={ready}"]

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        return {
            **own,
            "PATH": f"{self.binary.parent}{os.pathsep}{own['PATH']}",
            "PYTHONPATH": str(self.project),
        }

    def _stable(self, text: str) -> str:
        return stable(text.replace(str(self.project), _STANDS_FOR_THE_COPY))


def _part(step: Step, output: str) -> str:
    shown = f"$ {step.command}\n{output}".rstrip()
    return f"## {step.heading}\n\n{step.text}\n\n```console\n{shown}\n```\n"


def _interrupt(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
