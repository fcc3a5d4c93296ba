"""Ports of the verdicts function; `adapters` implements them on AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.profiles.items import StoredProfile


class BusyError(Exception):
    """A retry may succeed. The text has no values of the request."""


class RefusedByTableError(Exception):
    """DynamoDB refuses permanently. The text has no values."""


@dataclass(frozen=True, slots=True)
class Known:
    """The stored state before a verdict: the alert record, if any, and the profiles by key."""

    record: Mapping[str, Any] | None
    profiles: Mapping[str, StoredProfile]


@dataclass(frozen=True, slots=True)
class NewState:
    """A profile to replace, its new state and its expiry in epoch seconds (None for no expiry)."""

    stored: StoredProfile
    state: Any
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """The writes of a verdict, all or nothing.

    Attributes:
        alert_id: Key of the record.
        revision: Previous number of verdicts in the record.
        values: Attributes of the record to set.
        defaults: Attributes of the record to set if it lacks them.
        profiles: Changed profiles.
        history: The immutable history entry.
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
        item: Plain values.
        before: The item that was read and must be unchanged; None if it must not exist.
    """

    item: Mapping[str, Any]
    before: Mapping[str, Any] | None


class ChangedItems(Protocol):
    """The items of the profiles table that people change."""

    def read(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any] | None]:
        """Read items, strongly consistent.

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
    """The transactions, alert records and profiles."""

    def find(self, transaction_id: str, timestamp: int | None) -> Sequence[StoredTransaction]:
        """Return the transactions with an id and, if given, timestamp; a limited number of them.

        Raises:
            BusyError: Not now.
            RefusedByTableError: Somebody must look at it.
        """
        ...

    def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
        """Read a record and profiles, strongly consistent.

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
