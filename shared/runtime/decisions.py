"""The decision on a transaction, stored on the transaction's item and never changed.

The attribute `decision` is the idempotency key of the detector: the first decision stands, however late,
often or out of order an event is delivered. Reconciliation and the analyst's desk read it too.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Final, Self

from shared.runtime.events import AlertReason, StoredTransaction, SuspiciousTransaction, read_reason
from shared.runtime.fields import EventError, Fields
from shared.runtime.reduction import device_name, reduced

DECISION_ATTRIBUTE: Final = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged:
    """The decision that the challenger, a second rules file, would have made.

    Attributes:
        rules_version: Version of its rules.
        score: From 0 to 1.
        suspicious: Whether it would have raised an alert.
    """

    rules_version: str
    score: Decimal
    suspicious: bool

    def values(self) -> dict[str, Any]:
        """Return plain values; `suspicious` is left out if false, the most frequent case."""
        values = asdict(self)
        return values if self.suspicious else {name: values[name] for name in ("rules_version", "score")}

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read the output of `values`.

        Raises:
            EventError: A field is missing or of a wrong type.
        """
        return cls(
            rules_version=fields.text("rules_version"),
            score=fields.decimal("score"),
            suspicious=bool(fields.optional_boolean("suspicious")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """What was decided about a transaction, and when.

    Attributes:
        suspicious: Whether an alert was raised.
        decided_at: Epoch milliseconds.
        score: From 0 to 1; None where the detector stopped after it had learnt from the transaction and
            before it recorded the decision. Such a transaction was below the threshold: an alert is recorded
            before anything is learnt.
        score_threshold: From where on a score is suspicious; None as above.
        rules_version: The rules that decided; None as above.
        suppressed_by: The control that held an alert back ("allow", "snooze"), None for none.
        reasons: What spoke against the transaction, the largest contribution first.
        base: Log-odds before any points, with which the points of the reasons sum to the score's; None where
            there are no reasons.
        scored_without: What could not be read when it was scored: "population", "rules", "controls",
            "merchant", "first uses", or "account", whose profile was set aside.
        shadow: What in mode `shadow` would have been a reason, by its code in the rules file.
        challenger: What the challenger would have decided; None where there was none.
    """

    suspicious: bool
    decided_at: int
    score: Decimal | None = None
    score_threshold: Decimal | None = None
    rules_version: str | None = None
    suppressed_by: str | None = None
    reasons: tuple[AlertReason, ...] = ()
    base: Decimal | None = None
    scored_without: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    challenger: Challenged | None = None

    def values(self) -> dict[str, Any]:
        """Return the attribute as plain values without what is empty: an item is billed by its size."""
        values = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        if self.reasons:
            values["reasons"] = [
                {name: value for name, value in asdict(reason).items() if value is not None}
                for reason in self.reasons
            ]
        if self.challenger:
            values["challenger"] = self.challenger.values()
        return values

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read the output of `values`.

        Raises:
            EventError: A field is missing or of a wrong type.
        """
        challenger = fields.optional_child("challenger")
        return cls(
            suspicious=fields.boolean("suspicious"),
            decided_at=fields.integer("decided_at"),
            score=fields.optional_decimal("score"),
            score_threshold=fields.optional_decimal("score_threshold"),
            rules_version=fields.optional_text("rules_version"),
            suppressed_by=fields.optional_text("suppressed_by"),
            reasons=tuple(read_reason(reason) for reason in fields.optional_children("reasons")),
            base=fields.optional_decimal("base"),
            scored_without=fields.optional_texts("scored_without"),
            shadow=fields.optional_texts("shadow"),
            challenger=None if challenger is None else Challenged.read(challenger),
        )


def decision_of_item(item: Mapping[str, Any]) -> RecordedDecision | None:
    """Return the decision that an item, in DynamoDB's wire form, carries; None where none was made yet.

    Raises:
        EventError: The item carries one that is not ours.
    """
    if DECISION_ATTRIBUTE not in item:
        return None
    return RecordedDecision.read(Fields(item, "item").of_item().child(DECISION_ATTRIBUTE))


def suspicious_transaction(
    stored: StoredTransaction, decision: RecordedDecision, trace_header: str
) -> SuspiciousTransaction:
    """Return the message that tells the notifier of a decision, the same however often it is sent.

    It carries no more of the person than the notifier and the desk need.

    Raises:
        EventError: The decision raised no alert.
    """
    score, threshold, version = decision.score, decision.score_threshold, decision.rules_version
    if not decision.suspicious or score is None or threshold is None or version is None:
        raise EventError("item.decision raised no alert")
    return SuspiciousTransaction(
        transaction=reduced(stored),
        score=score,
        score_threshold=threshold,
        rules_version=version,
        reasons=tuple(_without_device(reason, stored.device_id) for reason in decision.reasons),
        trace_header=trace_header,
        base=decision.base,
    )


def _without_device(reason: AlertReason, device_id: str | None) -> AlertReason:
    """Return a reason in which the device, where it is named, goes by its other name."""

    def named(text: str) -> str:
        return text if device_id is None or text != device_id else device_name(device_id)

    return replace(
        reason,
        observed=named(reason.observed),
        baseline=named(reason.baseline),
        threshold=named(reason.threshold),
    )
