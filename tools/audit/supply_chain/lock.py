"""requirements.lock as data: each package with its version and the hashes that are accepted of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.deploy.project import ROOT

LOCK = ROOT / "requirements.lock"


@dataclass(frozen=True)
class Package:
    """One pinned package."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 in hexadecimal, of each file that may be installed."""


def packages(path: Path = LOCK) -> Iterator[Package]:
    """Every package of the lock, in its order.

    Raises:
        ValueError: an entry is pinned without a hash.
    """
    text = path.read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        found = re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;]+)", line)
        if found is None:
            continue
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
        if not hashes:
            raise ValueError(f"{path}: {found[0]} has no hash")
        yield Package(found[1], found[2], hashes)
