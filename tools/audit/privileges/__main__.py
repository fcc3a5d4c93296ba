"""``make privileges``: play every path on an embedded AWS; compare what roles are given with what they use.

Writes ``build/privileges.json`` and docs/privileges.md. Exit code 0: nothing is in excess or missing. 1:
something is, or a path did not go as it must.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from emulator.process import EmulatorProcess, ProcessError
from tools.audit.privileges import deploying, run
from tools.audit.privileges.comparison import Comparison
from tools.audit.privileges.page import page
from tools.audit.privileges.stage import PathError
from tools.deploy.project import ROOT
from tools.terminal.ending import NOTHING_CHANGED, ended

REPORT = ROOT / "build" / "privileges.json"
PAGE = ROOT / "docs" / "privileges.md"


def main() -> int:
    """Play, compare, write, say; returns the exit code."""
    try:
        comparison = _played(run.play) | _played(deploying.play)
    except (PathError, ProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(comparison.as_json(), indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(comparison), encoding="utf-8")
    _say(comparison)
    return 0 if comparison.even else 1


def _played(play: Callable[[EmulatorProcess, Callable[[str], None]], Comparison]) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="privileges-") as directory:
        process = EmulatorProcess(Path(directory), "--record-evaluations")
        try:
            return play(process, lambda line: print(line, flush=True))
        finally:
            process.stop()


def _say(comparison: Comparison) -> None:
    print(f"\n{'role':<28} {'granted':>8} {'used':>6} {'unseen':>7} {'excess':>7} {'missing':>8}")
    for role in comparison.roles:
        granted, used = len(comparison.granted[role]), len(comparison.used[role])
        unseen, excess = len(comparison.unseen.get(role, ())), len(comparison.excess[role])
        missing = len(comparison.missing[role])
        print(f"{role:<28} {granted:>8} {used:>6} {unseen:>7} {excess:>7} {missing:>8}")
        for grant in comparison.excess[role]:
            print(f"    never used: {grant}")
        for use in comparison.missing[role]:
            print(f"    refused: {use}")
    print(f"\nwritten: {REPORT.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(ended("privileges", main, on_interrupt=NOTHING_CHANGED))
