"""Progress of an interrupted reconciliation: a file in build/, replaced atomically after each page."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.reconciliation.standing import Balance


@dataclass
class Progress:
    """The progress so far.

    Attributes:
        earliest: Start of the window, in epoch milliseconds.
        latest: End of the window.
        replay: Whether missing steps are repeated.
        next_key: Start key of the next page, in DynamoDB's wire format; None at the beginning.
        scanned: Number of scanned items.
        resent: Missing step -> number of repeated transactions.
        balance: The totals.
    """

    earliest: int
    latest: int
    replay: bool
    next_key: Mapping[str, Any] | None = None
    scanned: int = 0
    resent: dict[str, int] = field(default_factory=dict)
    balance: Balance = field(default_factory=Balance)


class Checkpoint:
    """The file of an environment.

    Args:
        path: Path of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, earliest: int, latest: int | None, *, replay: bool) -> Progress | None:
        """Return the progress of an interrupted run over the same window, or None.

        Args:
            earliest: Start of the window, as given to the run.
            latest: End of the window; None matches any, because it defaults to the time of the start.
            replay: Whether missing steps are repeated.
        """
        try:
            saved = json.loads(self._path.read_text("utf-8"))
            progress = Progress(**{**saved, "balance": Balance(**saved["balance"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        same = (progress.earliest, progress.replay) == (earliest, replay) and latest in {
            None,
            progress.latest,
        }
        return progress if same else None

    def save(self, progress: Progress) -> None:
        """Replace the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(progress)), "utf-8")
        fresh.replace(self._path)

    def clear(self) -> None:
        """Remove the file after a completed run."""
        self._path.unlink(missing_ok=True)
