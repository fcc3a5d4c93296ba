"""``python -m tests.fuzz [--n N] [--seed S]``: fuzz the API of an embedded AWS; 1 where it is wrong."""

import argparse
import json
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from emulator.process import EmulatorProcess
from tests.fuzz.bodies import Bodies, made_beside
from tests.fuzz.changes import fuzz_changes
from tests.fuzz.run import Found, Fuzzing
from tools.deploy.project import ROOT
from tools.local.running.environment import Environment
from tools.terminal.ending import NOTHING_CHANGED, ended

DEFAULT_COUNT = 2000
DOCUMENT = ROOT / "docs" / "openapi.json"
SECONDS_BETWEEN_LINES = 20
CHANGE_SHARE = 5
"""One body is put for so many that are posted: the gateway lets ten a second through."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy, send, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--n", type=int, default=DEFAULT_COUNT, help="requests (default %(default)s)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the requests")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "fuzz.json", help="takes the figures")
    given = parser.parse_args(arguments)
    figures = fuzz(given.n, given.seed)
    given.report.parent.mkdir(parents=True, exist_ok=True)
    given.report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in figures.items() if name != "wrong"}, indent=2))
    if figures["faults"]:
        print(f"the same requests again: make fuzz N={given.n} SEED={given.seed}")
    return 1 if figures["faults"] else 0


def fuzz(count: int, seed: int) -> dict[str, Any]:
    """Run on an emulator of its own; return the figures."""
    process = EmulatorProcess(ROOT / "build" / f"fuzz-{secrets.token_hex(4)}")
    environment = Environment(process.run_directory)
    try:
        emulator = environment.bring_up(process)
        print(f"deployed; sending {count:,} requests, seed {seed}", flush=True)
        began = time.monotonic()
        document = json.loads(DOCUMENT.read_text("utf-8"))
        with closing(made_beside(document, seed, int(time.time() * 1000))) as bodies:
            found = Fuzzing(emulator, dict(environment.outputs())).run(bodies, count, _Progress())
        seconds = round(time.monotonic() - began, 1)
        changes = fuzz_changes(emulator, environment.outputs(), partial(_bodies, seed), count // CHANGE_SHARE)
        put = changes.as_json()
        return {
            "seed": seed,
            "seconds": seconds,
            **found.as_json(),
            "put": {
                name: put[name] for name in ("requests", "good", "also_by_function", "by_status", "faults")
            },
            "faults": found.faults + changes.faults,
            "wrong": [*found.wrong, *changes.wrong],
        }
    finally:
        process.stop()
        shutil.rmtree(process.run_directory, ignore_errors=True)


def _bodies(seed: int, path: str, method: str) -> Bodies:
    return Bodies(json.loads(DOCUMENT.read_text("utf-8")), seed, int(time.time() * 1000), path, method)


class _Progress:
    """A line now and then."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, found: Found) -> None:
        if time.monotonic() - self._said > SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            print(f"  {found.requests:,} sent, {found.faults} faults", flush=True)


if __name__ == "__main__":
    sys.exit(ended("fuzz", main, on_interrupt=NOTHING_CHANGED))
