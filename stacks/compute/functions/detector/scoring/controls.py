"""What people decided of an account or a merchant beforehand, by the signed API: lists and snooze."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.state import ProfileError


class Standing(StrEnum):
    """The list that an account or a merchant is on."""

    ALLOW = "allow"
    WATCH = "watch"
    DENY = "deny"


class Controls(NamedTuple):
    """The controls of one account or one merchant.

    Attributes:
        standing: The list it is on, None for none. `deny` makes every payment suspicious, `watch` adds to the
            score, `allow` keeps any score from being suspicious; deny prevails over allow.
        standing_until: Epoch milliseconds until when, 0 for ever.
        snoozed_until: Epoch milliseconds until when the account's payments raise no alert; 0 for not at all.
            Deny prevails over it too.
        standing_up_to: US dollars up to which `allow` keeps a payment from being suspicious; 0 for any.
        snoozed_up_to: The same of the snooze.
    """

    standing: Standing | None = None
    standing_until: int = 0
    snoozed_until: int = 0
    standing_up_to: int = 0
    snoozed_up_to: int = 0

    def allows_at(self, timestamp: int, dollars: float) -> bool:
        """Return whether the list keeps a payment of such a value from being suspicious."""
        return self.standing_at(timestamp) is Standing.ALLOW and _covers(self.standing_up_to, dollars)

    def snoozes_at(self, timestamp: int, dollars: float) -> bool:
        """Return whether the snooze keeps a payment of such a value from being suspicious."""
        return timestamp < self.snoozed_until and _covers(self.snoozed_up_to, dollars)

    def standing_at(self, timestamp: int) -> Standing | None:
        """Return the list on which it is at a time."""
        return self.standing if not self.standing_until or timestamp < self.standing_until else None

    @classmethod
    def from_item(cls, item: Mapping[str, Any] | None) -> Self:
        """Read the attributes of a stored item; no item is no controls.

        Raises:
            ProfileError: An attribute has not the form it must have.
        """
        if item is None:
            return cls()
        try:
            standing = item.get("standing")
            return cls(
                standing=None if standing is None else Standing(standing),
                standing_until=int(item.get("standing_until", 0)),
                snoozed_until=int(item.get("snoozed_until", 0)),
                standing_up_to=int(item.get("standing_up_to", 0)),
                snoozed_up_to=int(item.get("snoozed_up_to", 0)),
            )
        except (TypeError, ValueError) as error:
            raise ProfileError(f"the controls are not readable: {error}") from None


def _covers(up_to: int, dollars: float) -> bool:
    return not up_to or dollars <= up_to


class PaymentControls(NamedTuple):
    """The controls of a payment's account and of its merchant."""

    account: Controls = Controls()
    merchant: Controls = Controls()

    def standings(self, timestamp: int) -> tuple[Standing | None, Standing | None]:
        """Return the lists on which the account and the merchant are at a time."""
        return self.account.standing_at(timestamp), self.merchant.standing_at(timestamp)


NO_CONTROLS: Final = PaymentControls()
