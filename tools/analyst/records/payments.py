"""Recent payments with what was decided about them: by the rules in force, by the challenger, by people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from shared.runtime.alerts import AlertStatus
from shared.runtime.decisions import DECISION_ATTRIBUTE
from shared.runtime.events import alert_id_of
from stacks.compute.functions.detector.scoring import Transaction
from tools.analyst.records.tables import Tables
from tools.deploy.outputs import OperatorError

MAXIMUM_PAYMENTS: Final = 2_000_000
"""Maximum number of payments in memory, of about 1 KB each."""

_LABELS: Final[Mapping[AlertStatus, bool]] = {
    AlertStatus.CONFIRMED_FRAUD: True,
    AlertStatus.LEGITIMATE: False,
}


class Challenge(NamedTuple):
    """What the challenger said of a payment: the version of its rules, its score, whether it would alert."""

    rules_version: str
    score: float
    suspicious: bool


class Payment(NamedTuple):
    """One payment.

    Attributes:
        transaction: As the scorer sees it.
        received_at: Epoch milliseconds.
        score: Of the rules in force then; None where it was not recorded.
        suspicious: Whether it was an alert.
        held_back: Whether a list or a snooze kept it quiet.
        rules_version: The rules in force then, empty where they were not recorded.
        reasons: Codes of what counted.
        shadow: Codes of what in mode `shadow` would have counted.
        challenge: What the challenger said, None where there was none.
        is_fraud: By verdict; None where nobody gave one.
    """

    transaction: Transaction
    received_at: int
    score: float | None
    suspicious: bool
    held_back: bool
    rules_version: str
    reasons: tuple[str, ...]
    shadow: tuple[str, ...]
    challenge: Challenge | None
    is_fraud: bool | None


def payments(tables: Tables, *, since: int = 0) -> list[Payment]:
    """Return the payments that were received since a time, in the order in which they were.

    Raises:
        OperatorError: AWS refuses, or there are more than `MAXIMUM_PAYMENTS`.
    """
    labels = verdicts(tables, since=since)
    found = []
    for item in tables.decided_transactions(since=since):
        found.append(_payment(item, labels))
        if len(found) > MAXIMUM_PAYMENTS:
            raise OperatorError(f"more than {MAXIMUM_PAYMENTS:,} payments are stored: too many for memory")
    return sorted(found, key=lambda each: each.received_at)


def verdicts(tables: Tables, *, since: int = 0) -> dict[str, bool]:
    """Return whether a payment is fraud, by the id of the alert about it, where somebody has decided.

    Raises:
        OperatorError: AWS refuses.
    """
    return {
        alert.alert_id: is_fraud
        for status, is_fraud in _LABELS.items()
        for alert in tables.alerts(status, since=since)
    }


def _payment(item: Mapping[str, Any], labels: Mapping[str, bool]) -> Payment:
    decision = item.get(DECISION_ATTRIBUTE) or {}
    score, challenge = decision.get("score"), decision.get("challenger")
    transaction = Transaction(**{name: _scored(item.get(name)) for name in Transaction._fields})
    transaction = transaction._replace(timestamp=int(transaction.timestamp))
    return Payment(
        transaction=transaction,
        received_at=int(item.get("received_at", transaction.timestamp)),
        score=None if score is None else float(score),
        suspicious=bool(decision.get("suspicious")),
        held_back=bool(decision.get("suppressed_by")),
        rules_version=str(decision.get("rules_version", "")),
        reasons=tuple(_codes(decision.get("reasons", ()))),
        shadow=tuple(decision.get("shadow", ())),
        challenge=challenge
        and Challenge(
            str(challenge["rules_version"]), float(challenge["score"]), bool(challenge.get("suspicious"))
        ),
        is_fraud=labels.get(alert_id_of(transaction.transaction_id, transaction.timestamp)),
    )


def _codes(reasons: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (str(reason["code"]) for reason in reasons)


def _scored(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool) else float(value)
