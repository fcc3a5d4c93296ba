"""Known vulnerabilities of what the lock pins, by pip-audit and the advisories of PyPI.

Offline nothing can be known: that is said, and is no failure, for the pipeline asks every night.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.audit.supply_chain.lock import LOCK

_SECONDS = 300


@dataclass(frozen=True)
class Findings:
    """What is known: vulnerable packages, each with its advisories and fixes, and how many were looked up."""

    vulnerable: tuple[str, ...]
    looked_up: int
    not_known: str = ""
    """Why nothing could be looked up."""


def findings(lock: Path = LOCK) -> Findings:
    """Ask for every package of a lock."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(lock),
        "--disable-pip",
        "--require-hashes",
    ]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner", "off", "--format", "json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Findings((), 0, f"no answer within {_SECONDS} seconds")
    except ValueError:
        return Findings((), 0, (done.stderr.strip().splitlines() or ["no answer"])[-1])
    return read(answer)


def read(answer: Any) -> Findings:
    """What pip-audit's JSON says. An index without advisories skips every package: then nothing is known."""
    looked_up = [each for each in answer["dependencies"] if "skip_reason" not in each]
    vulnerable = tuple(
        f"{each['name']} {each['version']}: {vulnerability['id']}"
        f"{', fixed in ' + ', '.join(vulnerability['fix_versions']) if vulnerability['fix_versions'] else ''}"
        for each in looked_up
        for vulnerability in each["vulns"]
    )
    if not looked_up:
        return Findings((), 0, "the package index has no advisories")
    return Findings(vulnerable, len(looked_up))
