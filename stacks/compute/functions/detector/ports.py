"""What the detection needs of the world; `adapters` and the tables' modules have it from AWS."""

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
        controls: What people decided of both.
        damaged: Why the account's profile is not readable, None where it is; to be set aside before a write.
        left_out: What is optional and was not to be had: "merchant", "controls".
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
    """Where profiles are kept."""

    def read(self, account_id: str, merchant_id: str, *, as_last_written: bool = True) -> Profiles:
        """Read what is stored of an account and a merchant.

        Args:
            account_id: The account.
            merchant_id: The merchant.
            as_last_written: Whether it must not be a moment old.

        Raises:
            DetectorError: The account's profile is not to be had now.
        """
        ...

    def set_aside(self, account_id: str) -> None:
        """Keep a copy of the account's unreadable profile under another key, and begin a new one.

        Where somebody else does so meanwhile, or mends it, nothing is changed.

        Raises:
            DetectorError: It is not to be had now, or a write was refused.
        """
        ...

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        """Replace the account's profile of this revision; False where somebody else was faster.

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
    """Where first uses of merchants, devices and addresses are counted."""

    def read(self, places: Sequence[Place]) -> Sequence[CountedPlace]:
        """Read the counters of at least one place, as last written; without those that are not to be had."""
        ...

    def learn(self, counted: CountedPlace, transaction: Transaction) -> None:
        """Count a first use, where it is one of those that are written (`FirstUses.learn`).

        Raises:
            DetectorError: The write was refused, or somebody else was faster at each attempt.
        """
        ...


class DecisionStore(Protocol):
    """Where decisions are kept, each with its transaction."""

    def record(self, stored: StoredTransaction, decision: RecordedDecision) -> RecordedDecision | None:
        """Keep the decision unless there is one, and return the one that stands: the first.

        Returns:
            The decision that stands; None where the transaction itself is gone, expired or erased.

        Raises:
            DetectorError: The write was refused, or the decision that stands is not readable.
        """
        ...


class PopulationStore(Protocol):
    """What is known of all accounts and merchants together, read now and then."""

    @property
    def fault(self) -> str | None:
        """Why the latest reading gave not all of it; None where it did."""
        ...

    def view(self, rules: Rules) -> View:
        """Return the population or a part of it, as it was at most a minute ago, as these rules see it."""
        ...

    def learn(self, sample: Sample, transaction_id: str) -> None:
        """Add a sampled payment; left out where its shard is not readable, or changed by somebody just now.

        Raises:
            DetectorError: The write was refused.
        """
        ...


class RulesStore(Protocol):
    """Where rules are published."""

    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the items of the rules in force and of their challenger, by key, those that there are.

        Raises:
            DetectorError: They are not to be had now.
        """
        ...


class Outbox(Protocol):
    """Where suspicious transactions go."""

    def send(self, suspicious: SuspiciousTransaction) -> None:
        """Send one message.

        Raises:
            DetectorError: It was not taken.
        """
        ...
