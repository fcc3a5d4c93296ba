"""Groups of an account's alerts that follow a mailed one within a window and share a summary mail. Pure.

The alert that opens a group is mailed at once. Later ones are counted for the summary, unless they are much
more severe than those mailed.

An additional group covers all accounts: alerts that would be mailed alone, when there have been too many such
mails within a minute. Its summary is the digest of a flood.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from shared.runtime.events import SuspiciousTransaction
from stacks.alerting.functions.notifier.wording import headline

MAXIMUM_LISTED: Final = 20
"""Number of alerts listed in a group, which limits the sizes of item and mail; others are only counted."""
GRAVER_AMOUNT_TIMES: Final = 10
GRAVER_DOUBT_SHARE: Final = Decimal("0.5")
CLOSING_GRACE_MILLISECONDS: Final = 7 * 60 * 1000
"""Grace period for the closing message after the window; a failed one is redelivered after six minutes."""
FLOOD: Final = "*"
"""Account id of the group of all accounts; the API accepts no id with this character."""
FLOOD_SECONDS: Final = 60
_LASTS_SECONDS: Final = 15 * 24 * 3600
"""Retention of a group, longer than the queue retains its closing message."""


class GroupState(StrEnum):
    """State of a group; the values are stored."""

    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedAlert:
    """An alert in a summary; `account`, a pseudonym, is only set in the digest of a flood."""

    transaction_id: str
    timestamp: int
    amount: Decimal
    currency: str
    score: Decimal
    headline: str
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """The group of an account. Times are epoch milliseconds.

    Attributes:
        account_id: Account of the alerts; `FLOOD` for all accounts.
        opened_by: Id of the alert that opened the group; distinguishes the account's groups.
        first_transaction_id: Transaction of that alert.
        opened_at: Time of opening.
        closes_at: End of the window.
        mailed_alert_ids: Alerts mailed alone: the first one and more severe ones.
        mailed_score: Highest score of those.
        mailed_amounts: Largest amount of those by currency.
        group_state: Open, being summarised, or closed.
        revision: Number of changes; each write is conditional on the previous revision.
        lease_until: End of the lease of the invocation that summarises the group.
        close_requested: Whether the closing message has been sent.
        grouped: Number of alerts for the summary.
        amounts: Sums of their amounts by currency.
        highest_score: Highest score of them.
        listed: The first `MAXIMUM_LISTED` of them.
    """

    account_id: str
    opened_by: str
    first_transaction_id: str
    opened_at: int
    closes_at: int
    mailed_alert_ids: tuple[str, ...]
    mailed_score: Decimal
    mailed_amounts: Mapping[str, Decimal]
    group_state: GroupState = GroupState.OPEN
    revision: int = 1
    lease_until: int = 0
    close_requested: bool = False
    grouped: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    highest_score: Decimal = Decimal(0)
    listed: tuple[GroupedAlert, ...] = ()

    @classmethod
    def opened(
        cls, first: SuspiciousTransaction, *, now: int, window_seconds: int, account_id: str | None = None
    ) -> Self:
        """Return the group opened by an alert that is mailed alone."""
        transaction = first.transaction
        return cls(
            account_id=transaction.account_id if account_id is None else account_id,
            opened_by=transaction.alert_id,
            first_transaction_id=transaction.transaction_id,
            opened_at=now,
            closes_at=now + window_seconds * 1000,
            mailed_alert_ids=(transaction.alert_id,),
            mailed_score=first.score,
            mailed_amounts={transaction.currency: transaction.amount},
        )

    def takes(self, now: int) -> bool:
        """Return whether the group accepts an alert at `now`.

        It accepts alerts until the closing message is processed, not only until it is due, because alerts in
        between would each be mailed alone. Without a closing message it stops after a grace period.
        """
        waits = CLOSING_GRACE_MILLISECONDS if self.close_requested else 0
        return self.group_state is GroupState.OPEN and now < self.closes_at + waits

    def is_graver(self, alert: SuspiciousTransaction) -> bool:
        """Return whether an alert is too severe to wait for the summary.

        This is so if the doubt (1 - score) is less than half of the smallest one mailed, or the amount ten
        times the largest one mailed, or its currency was not mailed before. Each such mail raises the bar, so
        that there are few.
        """
        mailed = self.mailed_amounts.get(alert.transaction.currency)
        return (
            1 - alert.score < GRAVER_DOUBT_SHARE * (1 - self.mailed_score)
            or mailed is None
            or alert.transaction.amount >= GRAVER_AMOUNT_TIMES * mailed
        )

    def with_mailed(self, alert: SuspiciousTransaction) -> Self:
        """Return the group after a more severe alert, which is mailed alone."""
        amount, currency = alert.transaction.amount, alert.transaction.currency
        largest = max(amount, self.mailed_amounts.get(currency, amount))
        return replace(
            self,
            revision=self.revision + 1,
            mailed_alert_ids=(*self.mailed_alert_ids, alert.transaction.alert_id),
            mailed_score=max(self.mailed_score, alert.score),
            mailed_amounts={**self.mailed_amounts, currency: largest},
        )

    def with_grouped(self, alert: SuspiciousTransaction, account: str = "") -> Self:
        """Return the group with another alert for its summary, after its closing has been requested."""
        transaction = alert.transaction
        described = GroupedAlert(
            transaction_id=transaction.transaction_id,
            timestamp=transaction.timestamp,
            amount=transaction.amount,
            currency=transaction.currency,
            score=alert.score,
            headline=headline(alert.reasons[0]),
            account=account,
        )
        total = self.amounts.get(transaction.currency, Decimal(0)) + transaction.amount
        return replace(
            self,
            revision=self.revision + 1,
            close_requested=True,
            grouped=self.grouped + 1,
            amounts={**self.amounts, transaction.currency: total},
            highest_score=max(self.highest_score, alert.score),
            listed=(*self.listed, described)[:MAXIMUM_LISTED],
        )

    def to_values(self) -> dict[str, Any]:
        """Return the values to store, without the item's key."""
        listed = [
            {name: value for name, value in asdict(each).items() if value != ""} for each in self.listed
        ]
        return {**asdict(self), "listed": listed, "expires_at": self.closes_at // 1000 + _LASTS_SECONDS}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Read the output of `to_values`, with numbers as DynamoDB returns them."""
        return cls(
            account_id=values["account_id"],
            opened_by=values["opened_by"],
            first_transaction_id=values["first_transaction_id"],
            opened_at=int(values["opened_at"]),
            closes_at=int(values["closes_at"]),
            mailed_alert_ids=tuple(values["mailed_alert_ids"]),
            mailed_score=values["mailed_score"],
            mailed_amounts=values["mailed_amounts"],
            group_state=GroupState(values["group_state"]),
            revision=int(values["revision"]),
            lease_until=int(values["lease_until"]),
            close_requested=values["close_requested"],
            grouped=int(values["grouped"]),
            amounts=values["amounts"],
            highest_score=values["highest_score"],
            listed=tuple(
                GroupedAlert(**{**each, "timestamp": int(each["timestamp"])}) for each in values["listed"]
            ),
        )
