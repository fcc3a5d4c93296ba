"""A group: the alerts of one account that follow a mailed one within the window, told in one summary. Pure.

The alert that opens a group is mailed at once. What follows is counted, unless it is so much graver than what
was mailed that somebody must know now.

One group more is that of all accounts together: alerts that would be mailed alone, when there have been too
many such mails within a minute. Its summary is the digest of a flood.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from shared.runtime.events import SuspiciousTransaction
from stacks.alerting.functions.notifier.wording import headline

MAXIMUM_LISTED: Final = 20
"""So many alerts a group describes; of the rest it keeps number and amounts. Keeps item and mail small."""
GRAVER_AMOUNT_TIMES: Final = 10
GRAVER_DOUBT_SHARE: Final = Decimal("0.5")
CLOSING_GRACE_MILLISECONDS: Final = 7 * 60 * 1000
"""How long after its window a group waits for its closing; one that fails comes again after six minutes."""
FLOOD: Final = "*"
"""Stands for all accounts: no account's id (the API takes none with this sign)."""
FLOOD_SECONDS: Final = 60
_LASTS_SECONDS: Final = 15 * 24 * 3600
"""Longer than the queue keeps the message that closes the group."""


class GroupState(StrEnum):
    """Its values are stored."""

    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedAlert:
    """One alert in a summary. Only the digest of a flood sets `account`, the pseudonym."""

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
        account_id: Whose alerts; `FLOOD` for those of all accounts.
        opened_by: Id of the alert that opened it; tells the account's groups apart.
        first_transaction_id: The transaction of that alert.
        opened_at: When it was opened.
        closes_at: From when on it takes no more.
        mailed_alert_ids: Alerts with a mail of their own: the first one, and graver ones.
        mailed_score: The highest score among those.
        mailed_amounts: The largest amount among those, by currency.
        group_state: Whether it takes alerts, is being summarised, or is done with.
        revision: Counts its changes, each of which is conditional on the one before.
        lease_until: Until when somebody is summarising it.
        close_requested: A message that closes it is in the queue.
        grouped: How many alerts the summary will tell of.
        amounts: Their sums, by currency.
        highest_score: The highest score among them.
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
        """Return the group that an alert opens, which is mailed on its own."""
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
        """Tell whether an alert of now belongs into it.

        It takes alerts until the message that closes it is handled, not only until it is due: those that come
        in between would each be mailed alone. Where no such message comes they are, after a while.
        """
        waits = CLOSING_GRACE_MILLISECONDS if self.close_requested else 0
        return self.group_state is GroupState.OPEN and now < self.closes_at + waits

    def is_graver(self, alert: SuspiciousTransaction) -> bool:
        """Tell whether an alert must not wait for the summary.

        It is where the doubt (1 - score) is less than half of the smallest that was mailed, or the amount
        ten times the largest that was mailed, or in a currency that no mail has told of. Each such mail
        raises the bar, so that there are few.
        """
        mailed = self.mailed_amounts.get(alert.transaction.currency)
        return (
            1 - alert.score < GRAVER_DOUBT_SHARE * (1 - self.mailed_score)
            or mailed is None
            or alert.transaction.amount >= GRAVER_AMOUNT_TIMES * mailed
        )

    def with_mailed(self, alert: SuspiciousTransaction) -> Self:
        """Return the group after a graver alert, which is mailed on its own."""
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
        """Return the group with one alert more for its summary, whose closing has been requested."""
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
        """Return what is stored, without the item's key."""
        listed = [
            {name: value for name, value in asdict(each).items() if value != ""} for each in self.listed
        ]
        return {**asdict(self), "listed": listed, "expires_at": self.closes_at // 1000 + _LASTS_SECONDS}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Read back what `to_values` gave, with the numbers as DynamoDB has them."""
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
