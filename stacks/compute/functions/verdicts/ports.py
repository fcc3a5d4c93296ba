"""What giving a verdict needs of the world; `adapters` has it from AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.profiles.items import StoredProfile


class BusyError(Exception):
    """It could not be done now; the same request may succeed later. Holds no values of it."""


class RefusedByTableError(Exception):
    """DynamoDB refuses for a reason that stays: somebody must look at it. Holds no values."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored before a verdict: the alert's record, if there is one, and the profiles, by key."""

    record: Mapping[str, Any] | None
    profiles: Mapping[str, StoredProfile]


@dataclass(frozen=True, slots=True)
class NewState:
    """A profile to replace, its new state, and the epoch seconds when it may be deleted, None for never."""

    stored: StoredProfile
    state: Any
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a verdict writes, all of it or nothing.

    Attributes:
        alert_id: Key of the record.
        revision: Which verdict on this transaction the record holds before, 0 for none.
        values: Attributes of the record to set.
        defaults: Attributes of the record to set where it has none of that name.
        profiles: What becomes of profiles.
        history: The entry of the history, which is written once and never again.
    """

    alert_id: str
    revision: int
    values: Mapping[str, Any]
    defaults: Mapping[str, Any]
    profiles: Sequence[NewState]
    history: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """An item to write.

    Attributes:
        item: Its plain values.
        before: The item that was read, which must still be there; None where there must be none.
    """

    item: Mapping[str, Any]
    before: Mapping[str, Any] | None


class ChangedItems(Protocol):
    """The items of the table of profiles that people change."""

    def read(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any] | None]:
        """Read items, as last written.

        Raises:
            BusyError: Not now.
        """
        ...

    def write(self, puts: Sequence[Put]) -> bool:
        """Write everything at once; False where somebody else was faster with any of it.

        Raises:
            BusyError: Not now.
            RefusedByTableError: Somebody must look at it.
        """
        ...


class Tables(Protocol):
    """Where transactions, alert records and profiles are kept."""

    def find(self, transaction_id: str, timestamp: int | None) -> Sequence[StoredTransaction]:
        """Return the stored transactions with this id, and this time where it is given; some, if many.

        Raises:
            BusyError: Not now.
            RefusedByTableError: Somebody must look at it.
        """
        ...

    def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
        """Read a record and profiles, as last written.

        Raises:
            BusyError: Not now.
            RefusedByTableError: A profile is not readable.
        """
        ...

    def write(self, change: Change) -> bool:
        """Write everything at once; False where somebody else was faster with any of it.

        Raises:
            BusyError: Not now.
            RefusedByTableError: Somebody must look at it.
        """
        ...
