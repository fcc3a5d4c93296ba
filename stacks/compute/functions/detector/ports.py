"""Ports of the detection; `adapters` and the tables' modules implement them with AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.runtime.decisions import RecordedDecision
from shared.runtime.events import StoredTransaction, SuspiciousTransaction
from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    FirstUses,
    MerchantProfile,
    PaymentControls,
    Place,
    Rules,
    Sample,
    Transaction,
    View,
)


class DetectorError(Exception):
    """A transaction could not be handled now; Lambda delivers the event again. Holds no values of it."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is stored of a transaction's account and merchant.

    Attributes:
        account: The account's profile, a new one where there is none or it is not readable.
        revision: Of the account's profile; 0 where there is none.
        merchant: The merchant's profile.
        controls: Controls of both.
        damaged: Why the account's profile is not readable, None where it is; to be set aside before a write.
        left_out: Optional parts that were unavailable: "merchant", "controls".
    """

    account: AccountProfile
    revision: int
    merchant: MerchantProfile
    controls: PaymentControls
    damaged: str | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CountedPlace:
    """A place that an account uses for the first time, and its counter as stored.

    Attributes:
        place: The place.
        uses: Its first uses, a new counter where there is none.
        revision: Of the counter; 0 where there is none.
    """

    place: Place
    uses: FirstUses
    revision: int


class ProfileStore(Protocol):
    """Store of profiles."""

    def read(self, account_id: str, merchant_id: str, *, as_last_written: bool = True) -> Profiles:
        """Read what is stored of an account and a merchant.

        Args:
            account_id: The account.
            merchant_id: The merchant.
            as_last_written: Whether it must not be a moment old.

        Raises:
            DetectorError: The account's profile is unavailable.
        """
        ...

    def set_aside(self, account_id: str) -> None:
        """Keep a copy of the account's unreadable profile under another key, and begin a new one.

        Changes nothing if another writer does so, or repairs it, meanwhile.

        Raises:
            DetectorError: It is unavailable, or a write was refused.
        """
        ...

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        """Replace the account's profile of this revision; False on a conflicting write.

        Args:
            account_id: Whose profile.
            profile: The new one.
            revision: Of the one that was read.
            expires_at: Epoch seconds when it may be deleted, None for never.

        Raises:
            DetectorError: The write was refused.
        """
        ...


class FirstUsesStore(Protocol):
    """Counters of first uses of merchants, devices and addresses."""

    def read(self, places: Sequence[Place]) -> Sequence[CountedPlace]:
        """Read the counters of at least one place, as last written; without those unavailable."""
        ...

    def learn(self, counted: CountedPlace, transaction: Transaction) -> None:
        """Count a first use, where it is one of those that are written (`FirstUses.learn`).

        Raises:
            DetectorError: The write was refused, or conflicted at every attempt.
        """
        ...


class DecisionStore(Protocol):
    """Store of decisions, each with its transaction."""

    def record(self, stored: StoredTransaction, decision: RecordedDecision) -> RecordedDecision | None:
        """Keep the decision unless there is one, and return the one that stands: the first.

        Returns:
            The decision that stands; None where the transaction itself is gone, expired or erased.

        Raises:
            DetectorError: The write was refused, or the decision that stands is not readable.
        """
        ...


class PopulationStore(Protocol):
    """The statistics of all accounts and merchants, read periodically."""

    @property
    def fault(self) -> str | None:
        """Why the latest reading gave not all of it; None where it did."""
        ...

    def view(self, rules: Rules) -> View:
        """Return the population or a part of it, as it was at most a minute ago, as these rules see it."""
        ...

    def learn(self, sample: Sample, transaction_id: str) -> None:
        """Add a sampled payment; left out where its shard is not readable, or was just changed.

        Raises:
            DetectorError: The write was refused.
        """
        ...


class RulesStore(Protocol):
    """Store of published rules."""

    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the items of the rules in force and of their challenger, by key, those that there are.

        Raises:
            DetectorError: They are unavailable.
        """
        ...


class Outbox(Protocol):
    """Queue of suspicious transactions."""

    def send(self, suspicious: SuspiciousTransaction) -> None:
        """Send one message.

        Raises:
            DetectorError: It was not taken.
        """
        ...
