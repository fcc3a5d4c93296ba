"""The list of alerts: what waits, by score, amount or age; counts and trend; filters."""

from collections import Counter
from typing import Any, Final

from tools.analyst.desk.charts import Bar, columns
from tools.analyst.desk.filters import EVERY, ORDERS, TIMES, Filter, select
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.words import day
from tools.analyst.records.alert import Alert

_TREND_DAYS: Final = 14
_DAY: Final = 86_400_000
STATUSES: Final = {
    "OPEN": "open",
    "CONFIRMED_FRAUD": "fraud",
    "LEGITIMATE": "legitimate",
    EVERY: "all",
}


def page(desk: Desk, wanted: Filter) -> dict[str, Any]:
    """Return what the page of alerts shows."""
    alerts = desk.model.all()
    found = select(alerts, wanted, desk.clock())
    return {
        "wanted": wanted,
        "found": found,
        "pending": desk.verdicts.pending(),
        "statuses": [
            (value, name, found.statuses.total() if value == EVERY else found.statuses[value])
            for value, name in STATUSES.items()
        ],
        "orders": ORDERS,
        "times": TIMES,
        "reasons": _known(code for alert in alerts for code in {reason.code for reason in alert.reasons}),
        "versions": _known(alert.rules_version for alert in alerts if alert.rules_version),
        "trend": trend(alerts, desk.clock()),
        "error": desk.model.error,
        "days": desk.model.days,
    }


def trend(alerts: list[Alert], now: int, days: int = _TREND_DAYS) -> Any:
    """Return a picture of alerts per day, by what people know of them."""
    today = now // _DAY
    counted = Counter(
        (alert.received_at // _DAY, STATUSES[alert.status.value]) for alert in alerts if alert.was_alert
    )
    bars = [
        Bar(
            day(each * _DAY)[5:],
            [(kind, counted[each, kind]) for kind in ("fraud", "legitimate", "open")],
        )
        for each in range(today - days + 1, today + 1)
    ]
    return columns(f"Alerts per day, the last {days} days", bars, height=170)


def _known(values: Any) -> list[tuple[str, int]]:
    """Names with how often each occurs, the most frequent first."""
    return Counter(values).most_common()
