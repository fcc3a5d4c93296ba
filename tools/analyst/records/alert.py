"""An alert's record as analysts see it: one item of the alerts table or of its index, with types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from shared.runtime.alerts import AlertStatus
from shared.runtime.reduction import device_name


@dataclass(frozen=True)
class Reason:
    """One reason, as the record has it.

    Attributes:
        code: The rule's name.
        observed: What the payment showed: a plain number in `unit`, or words.
        baseline: What is usual, in the same form.
        threshold: From where on the rule is hit, in the same form.
        unit: What the three count.
        contribution: What the score would lose without it, from 0 to 1.
        points: Share in the log-odds of the score, below 0 where it speaks for the payment; None in records
            from before scores were log-odds.
    """

    code: str
    observed: str
    baseline: str
    threshold: str
    unit: str
    contribution: Decimal
    points: Decimal | None

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> Self:
        """Read one reason of a record."""
        texts = {
            name: str(item.get(name, "")) for name in ("code", "observed", "baseline", "threshold", "unit")
        }
        return cls(**texts, contribution=item.get("contribution", Decimal(0)), points=item.get("points"))

    @property
    def weight(self) -> Decimal:
        """By what a bar is drawn and reasons are ordered: points where there are some, else the share."""
        return self.contribution if self.points is None else self.points


@dataclass(frozen=True)
class Alert:
    """One record; times are epoch milliseconds, 0 for what has not happened.

    Attributes:
        alert_id: Key of the record.
        transaction_id: The payment's id.
        timestamp: The payment's own time.
        received_at: When the pipeline got it.
        account_id: Whose payment.
        account: The account's pseudonym, empty in records that are older than it.
        merchant_id: To whom.
        amount: How much.
        currency: Of what.
        status: What people know of it.
        score: From 0 to 1; None where nobody was alerted and somebody gave a verdict.
        reasons: Why, the weightiest first.
        rules_version: The rules that decided.
        country: Of the payment, where it said so; the same for the next two.
        device_id: The device's name; see `shared.runtime.reduction`.
        merchant_category: The merchant's category.
        created_at: When the alert was recorded, 0 where there was none.
        sent_at: When its mail was out.
        grouped_with: Id of the alert whose summary tells of it.
        verdict: The verdict in force.
        decided_by: Who gave it, in their own words.
        decided_as: The identity that signed it.
        decided_at: When.
        note: Why.
        revision: How many verdicts there were.
        base: Log-odds before any points; None where reasons have none. The index does not hold it.
        earlier_verdicts: Verdicts before this one, the latest last. The index does not hold them.
    """

    alert_id: str
    transaction_id: str
    timestamp: int
    received_at: int
    account_id: str
    account: str
    merchant_id: str
    amount: Decimal
    currency: str
    status: AlertStatus
    score: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    rules_version: str = ""
    country: str = ""
    device_id: str = ""
    merchant_category: str = ""
    created_at: int = 0
    sent_at: int = 0
    grouped_with: str = ""
    verdict: str = ""
    decided_by: str = ""
    decided_as: str = ""
    decided_at: int = 0
    note: str = ""
    revision: int = 0
    base: Decimal | None = field(default=None, compare=False)
    earlier_verdicts: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> Self:
        """Read an item of plain values.

        Raises:
            KeyError, ValueError: It is no record.
        """

        def whole(name: str) -> int:
            return int(item.get(name) or 0)

        def text(name: str) -> str:
            return str(item.get(name) or "")

        return cls(
            alert_id=item["alert_id"],
            transaction_id=item["transaction_id"],
            timestamp=int(item["timestamp"]),
            received_at=whole("received_at"),
            account_id=item["account_id"],
            account=text("account"),
            merchant_id=item["merchant_id"],
            amount=item["amount"],
            currency=item["currency"],
            status=AlertStatus(item["status"]),
            score=item.get("score"),
            reasons=_weightiest_first(item.get("reasons", ())),
            rules_version=text("rules_version"),
            country=text("country"),
            # Records of before devices had names hold the id itself.
            device_id=device_name(text("device_id")) if item.get("device_id") else "",
            merchant_category=text("merchant_category"),
            created_at=whole("created_at"),
            sent_at=whole("sent_at"),
            grouped_with=text("grouped_with"),
            verdict=text("verdict"),
            decided_by=text("decided_by"),
            decided_as=text("decided_as"),
            decided_at=whole("decided_at"),
            note=text("note"),
            revision=whole("verdict_revision"),
            base=item.get("base"),
            earlier_verdicts=tuple(item.get("earlier_verdicts", ())),
        )

    @property
    def was_alert(self) -> bool:
        """Whether people were alerted, rather than finding it themselves."""
        return bool(self.created_at)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a verdict."""
        return self.status is AlertStatus.OPEN

    @cached_property
    def haystack(self) -> str:
        """What a search looks into."""
        return "\n".join((self.transaction_id, self.account_id, self.account, self.merchant_id)).lower()


def score_told(score: Decimal | float) -> str:
    """Return a score with three decimals; never rounded up to certainty."""
    return f"{min(float(score), 0.999):.3f}"


def _weightiest_first(reasons: Any) -> tuple[Reason, ...]:
    return tuple(sorted(map(Reason.of_item, reasons), key=lambda reason: -abs(reason.weight)))
