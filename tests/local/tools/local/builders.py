"""Short ways to make what the demo's parts pass to each other."""

from pathlib import Path

from tools.local.report.accounting import Decision
from tools.local.report.mailbox import Mail
from tools.local.traffic.client import Answer, Outcome
from tools.local.traffic.replay import Delivery
from tools.local.traffic.transactions import LabelledTransaction


def transaction(name: str, *, fraud: bool | None = None, scenario: str = "") -> LabelledTransaction:
    return LabelledTransaction({"transaction_id": name, "timestamp": 1}, is_fraud=fraud, scenario=scenario)


def delivery(
    name: str, *statuses: int, fraud: bool | None = None, scenario: str = "", took: float = 10.0
) -> Delivery:
    answers = tuple(Answer(status, "text") for status in statuses or (201,))
    return Delivery(
        transaction(name, fraud=fraud, scenario=scenario), Outcome(1000.0, 1000.0 + took, answers), 0.0
    )


def decision(name: str, *reasons: str) -> Decision:
    return Decision(name, suspicious=bool(reasons), score=0.9 if reasons else 0.1, reasons=reasons)


def mail(name: str, received_at: float = 1100.0, recipient: str = "security@example.com") -> Mail:
    body = f"Something happened.\n\nTransaction: {name}\nTrace: 1-00000000-{name:0>24}\n"
    return Mail(Path(f"{name}.eml"), recipient, "Suspicious", received_at, "arn:aws:sns:topic", body)


def summary(*listed: str, count: int, recipient: str = "security@example.com") -> Mail:
    lines = "".join(f"    TRANSACTION={name} TIMESTAMP=1\n" for name in listed)
    body = f"Further alerts: {count}\n\n{lines}"
    return Mail(Path("summary.eml"), recipient, "Further alerts", 9000.0, "arn:aws:sns:topic", body)
