"""Where an interrupted reconciliation goes on: a file in build/, replaced as a whole after each page."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.reconciliation.standing import Balance


@dataclass
class Progress:
    """What was done so far.

    Attributes:
        earliest: The first millisecond that is looked at.
        latest: The last.
        replay: Whether what is missing is sent again.
        next_key: Where the next page of the table begins, in DynamoDB's wire form; None at the beginning.
        scanned: Items that were gone over.
        resent: What was sent again, by what it lacked.
        balance: The sums.
    """

    earliest: int
    latest: int
    replay: bool
    next_key: Mapping[str, Any] | None = None
    scanned: int = 0
    resent: dict[str, int] = field(default_factory=dict)
    balance: Balance = field(default_factory=Balance)


class Checkpoint:
    """The file of one environment.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, earliest: int, latest: int | None, *, replay: bool) -> Progress | None:
        """Return the progress of an interrupted run over the same time; None where there is none.

        Args:
            earliest: As the run was given it.
            latest: As the run was given it; None fits any: without an end a run takes the time of its start.
            replay: Likewise.
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
        """Replace what is there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(progress)), "utf-8")
        fresh.replace(self._path)

    def clear(self) -> None:
        """Forget: the run came to its end."""
        self._path.unlink(missing_ok=True)
