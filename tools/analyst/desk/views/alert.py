"""One alert: what happened, why it counts, what the account usually does, and what else belongs to it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from stacks.alerting.functions.notifier.mail import LEAST_POINTS
from stacks.compute.functions.profiles.items import merchant_key
from tools.analyst.desk.charts import meter
from tools.analyst.desk.filters import EVERY, Filter
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.views.account_chart import account_chart
from tools.analyst.desk.views.people import account_known, controls_of, counts_of, payments_of
from tools.analyst.records.alert import Alert, Reason
from tools.analyst.records.audit import of_alert
from tools.analyst.records.payments import Payment
from tools.analyst.records.profile import AccountPicture, merchant_verdicts
from tools.deploy.outputs import OperatorError

MOST_RELATED: Final = 6
PAYMENTS_AFTER: Final = 5
PAYMENTS_BEFORE: Final = 15
"""Payments of the account that are listed with an alert's own: enough to see a burst or a habit."""
_FACTS: Final = (
    "merchant_category", "country", "channel", "device_id", "card_present", "latitude", "longitude",
)  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """A reason and its bar."""

    reason: Reason
    bar: Any


def page(desk: Desk, alert_id: str, *, whole: bool) -> dict[str, Any]:
    """Return what the page of an alert shows.

    Args:
        desk: The desk.
        alert_id: Key of its record.
        whole: Show the account's payments in full; that reads the table of transactions.

    Raises:
        OperatorError: There is no such record, or AWS refuses.
    """
    record = desk.tables.record(alert_id)
    if record is None:
        raise OperatorError(no_record(alert_id))
    alert = desk.model.take(Alert.of_item(record))
    known = account_known(desk, alert.account_id)
    merchant = merchant_key(alert.merchant_id)
    others = desk.model.all()
    earlier = _latest(other for other in others if _same_account(other, alert))
    reasons, lesser = weighed(alert)
    paid = payments_of(desk, alert.account_id, since=alert.received_at) if whole else []
    elsewhere = _latest(other for other in others if other.account_id != alert.account_id)
    return {
        "alert": alert,
        "reasons": reasons,
        "lesser": sum((each.points for each in lesser if each.points is not None), Decimal(0)),
        "lesser_count": len(lesser),
        "facts": _facts(record, known.picture),
        "trace_id": str(record.get("trace_id", "")),
        "trace_url": trace_url(desk, str(record.get("trace_id", ""))),
        "known": known,
        "chart": account_chart(known.picture, [alert, *earlier], alert, paid),
        "whole": whole,
        "payments": around(paid, alert),
        "paid": len(paid),
        "merchant_verdicts": merchant_verdicts(merchant, desk.tables.profile(merchant)),
        "merchant_controls": controls_of(desk, "merchant", alert.merchant_id),
        "controls": controls_of(desk, "account", alert.account_id),
        "related": [
            *_related("Other alerts of this account", earlier, {"account": alert.account_id}),
            *_related(
                "Other accounts at this merchant",
                [other for other in elsewhere if other.merchant_id == alert.merchant_id],
                {"merchant": alert.merchant_id},
            ),
            *_related(
                "Other accounts with this device",
                [other for other in elsewhere if alert.device_id and other.device_id == alert.device_id],
                {"device": alert.device_id},
            ),
        ],
        "at_merchant": counts_of(other for other in others if other.merchant_id == alert.merchant_id),
        "days": desk.model.days,
        "history": sorted(of_alert(alert), key=lambda entry: -entry.at),
        "pending": desk.verdicts.pending().get(alert_id),
        "next_open": _next_open(desk, alert),
    }


def no_record(alert_id: str) -> str:
    """Return what to say where there is no such record."""
    return f"there is no alert {alert_id}: it never existed, or its record has expired"


def weighed(alert: Alert) -> tuple[list[Weighed], list[Reason]]:
    """Return an alert's reasons with their bars, and those that are too light for one.

    The longest bar is that of the weightiest reason.
    """
    light = [each for each in alert.reasons if each.points is not None and abs(each.points) < LEAST_POINTS]
    shown = [each for each in alert.reasons if each not in light]
    greatest = max((abs(float(reason.weight)) for reason in shown), default=0.0)
    return [
        Weighed(
            reason,
            meter(float(reason.weight), greatest, "fraud" if reason.weight >= 0 else "legitimate"),
        )
        for reason in shown
    ], light


def around(paid: list[Payment], alert: Alert) -> list[Payment]:
    """Return an alert's payment with those next to it, the latest first; the latest ones where it is gone."""
    keys = [(each.transaction.transaction_id, each.transaction.timestamp) for each in paid]
    own = (alert.transaction_id, alert.timestamp)
    place = keys.index(own) if own in keys else 0
    return paid[max(0, place - PAYMENTS_AFTER) : place + PAYMENTS_BEFORE + 1]


def trace_url(desk: Desk, trace_id: str) -> str:
    """Return where the AWS console shows a trace; empty for the embedded AWS, which has no console."""
    if not trace_id or desk.environment == "local":
        return ""
    region = desk.place.region
    return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#xray:traces/{trace_id}"


def _facts(record: dict[str, Any], picture: AccountPicture | None) -> list[tuple[str, str, str]]:
    """Name, value, and what the account's profile says to it."""
    facts = []
    for name in _FACTS:
        if record.get(name) is not None:
            value = str(record[name]).lower() if isinstance(record[name], bool) else str(record[name])
            facts.append((name.replace("_", " "), value, _said(name, value, picture)))
    return facts


def _said(name: str, value: str, picture: AccountPicture | None) -> str:
    used = {"country": "countries", "merchant_category": "categories"}.get(name)
    if picture is None or used is None or not picture.named.get(used):
        return ""
    names = picture.named[used]
    return f"used before, with {len(names) - 1} others" if value in names else f"not among {', '.join(names)}"


@dataclass(frozen=True)
class Related:
    """Some alerts that share something with the one that is looked at.

    Attributes:
        title: What they share.
        some: The latest of them.
        count: Of all.
        words: Of the address that lists all.
    """

    title: str
    some: list[Alert]
    count: int
    words: str


def _related(title: str, alerts: list[Alert], shared: dict[str, str]) -> list[Related]:
    words = Filter(status=EVERY, folded=False).words(**shared)
    return [Related(title, alerts[:MOST_RELATED], len(alerts), words)] if alerts else []


def _same_account(other: Alert, alert: Alert) -> bool:
    return other.account_id == alert.account_id and other.alert_id != alert.alert_id


def _latest(alerts: Any) -> list[Alert]:
    return sorted(alerts, key=lambda alert: -alert.timestamp)


def _next_open(desk: Desk, alert: Alert) -> str:
    """The id of the next open alert, the highest score first, on which nobody decides just now."""
    pending = desk.verdicts.pending()
    waiting = [
        other
        for other in desk.model.all()
        if other.is_open
        and other.was_alert
        and other.alert_id not in {alert.alert_id, *pending}
        and other.score is not None
    ]
    best = max(waiting, key=lambda other: (other.score or 0, other.received_at), default=None)
    return best.alert_id if best else ""
