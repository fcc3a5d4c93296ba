"""What the detection needs of the world; `adapters` has it from AWS."""

from dataclasses import dataclass
from typing import Protocol

from shared.runtime.events import SuspiciousTransaction
from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile


class DetectorError(Exception):
    """A transaction could not be handled now; Lambda delivers the event again. Holds no values of it."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """The two profiles of a transaction, and the revision of the account's; 0 where it has none yet."""

    account: AccountProfile
    revision: int
    merchant: MerchantProfile


class ProfileStore(Protocol):
    """Where profiles are kept."""

    def read(self, account_id: str, merchant_id: str) -> Profiles:
        """Read both profiles, as last written.

        Raises:
            DetectorError: They are not to be had now, or not readable.
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


class Outbox(Protocol):
    """Where suspicious transactions go."""

    def send(self, suspicious: SuspiciousTransaction) -> None:
        """Send one message.

        Raises:
            DetectorError: It was not taken.
        """
        ...
