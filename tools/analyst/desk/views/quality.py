"""Quality: alerts, verdicts and precision over time, how long things take, what drifts, what watches."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, Final

from shared.runtime.alerts import AlertStatus
from tools.analyst.desk.charts import Bar, columns
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.views.alerts import STATUSES
from tools.analyst.desk.words import day
from tools.analyst.records.alert import Alert
from tools.analyst.tune.drift import SHIFTED
from tools.deploy.outputs import OperatorError

_DAY: Final = 86_400_000
_RECENT_DAYS: Final = 7
_LISTED_DAYS: Final = 14
_MINIMUM_ALERTS: Final = 20
"""Minimum number of alerts in each period to detect a shift."""


@dataclass(frozen=True)
class Period:
    """Alerts of a day or a week, and what was decided about them."""

    name: str
    alerts: int
    frauds: int
    legitimate: int

    @property
    def precision(self) -> float | None:
        """The share of frauds among the decided ones."""
        decided = self.frauds + self.legitimate
        return self.frauds / decided if decided else None


@dataclass(frozen=True)
class Took:
    """How long something took, in milliseconds: the median, 95 of 100, and how many were measured."""

    what: str
    median: float
    most: float
    count: int


@dataclass(frozen=True)
class Shift:
    """What alerts show of one input, the last days against those before.

    Attributes:
        what: The input.
        index: Population stability index, None where there are too few alerts to say.
        now: The most frequent values of the last days with their shares.
        before: The same values' shares before.
    """

    what: str
    index: float | None
    now: list[tuple[str, float]]
    before: Mapping[str, float]

    @property
    def shifted(self) -> bool:
        """Whether somebody should look."""
        return self.index is not None and self.index >= SHIFTED


_INPUTS: Final[Mapping[str, Callable[[Alert], Iterable[str]]]] = {
    "reasons": lambda alert: {reason.code for reason in alert.reasons},
    "country": lambda alert: [alert.country or "none"],
    "merchant category": lambda alert: [alert.merchant_category or "none"],
    "currency": lambda alert: [alert.currency],
    "amount": lambda alert: [_magnitude(float(alert.amount))],
    "score": lambda alert: [f"{math.floor(float(alert.score or 0) * 10) / 10:.1f}"],
    "device": lambda alert: ["given" if alert.device_id else "none"],
}


def page(desk: Desk) -> dict[str, Any]:
    """Return what the page of quality shows."""
    everything = desk.model.all()
    alerts = [alert for alert in everything if alert.was_alert]
    now = desk.clock()
    days = periods(alerts, now, 1, desk.model.days)
    try:
        alarms, fault = dict(desk.alarms()), ""
    except OperatorError as error:
        alarms, fault = {}, str(error)
    return {
        "days": days[:_LISTED_DAYS],
        "weeks": periods(alerts, now, 7, max(1, desk.model.days // 7)),
        "chart": columns("Alerts per day", _bars(days), height=200),
        "missed": sum(
            not alert.was_alert and alert.status is AlertStatus.CONFIRMED_FRAUD for alert in everything
        ),
        "took": took(alerts),
        "shifts": shifts(alerts, now),
        "recent_days": _RECENT_DAYS,
        "shown_days": desk.model.days,
        "alarms": sorted(alarms.items(), key=lambda each: (each[1] != "ALARM", each[0])),
        "alarms_fault": fault,
        "statuses": STATUSES,
    }


def _bars(days: list[Period]) -> list[Bar]:
    """One column a day, the earliest first."""
    return [
        Bar(
            each.name[5:],
            [
                ("fraud", each.frauds),
                ("legitimate", each.legitimate),
                ("open", each.alerts - each.frauds - each.legitimate),
            ],
        )
        for each in reversed(days)
    ]


def periods(alerts: list[Alert], now: int, days: int, count: int) -> list[Period]:
    """Return the last periods of so many days, the latest first; each ends with a day."""
    end = (now // _DAY + 1) * _DAY
    span = days * _DAY
    counted: Counter[tuple[int, AlertStatus]] = Counter(
        ((end - 1 - alert.received_at) // span, alert.status) for alert in alerts
    )
    return [
        Period(
            name=day(end - (each + 1) * span),
            alerts=sum(counted[each, status] for status in AlertStatus),
            frauds=counted[each, AlertStatus.CONFIRMED_FRAUD],
            legitimate=counted[each, AlertStatus.LEGITIMATE],
        )
        for each in range(count)
    ]


def took(alerts: list[Alert]) -> list[Took]:
    """Return how long alerts took to be recorded, mailed and decided."""
    measured = {
        "payment received to alert recorded": [a.created_at - a.received_at for a in alerts if a.created_at],
        "payment received to mail out": [a.sent_at - a.received_at for a in alerts if a.sent_at],
        "mail to verdict": [
            a.decided_at - a.sent_at for a in alerts if a.sent_at and a.decided_at > a.sent_at
        ],
    }
    found = []
    for what, values in measured.items():
        if len(values) == 1:
            found.append(Took(what, values[0], values[0], 1))
        elif values:
            parts = quantiles(values, n=20, method="inclusive")
            found.append(Took(what, parts[9], parts[18], len(values)))
    return found


def shifts(alerts: list[Alert], now: int) -> list[Shift]:
    """Return how what alerts show has shifted between the last days and those before."""
    edge = now - _RECENT_DAYS * _DAY
    recent = [alert for alert in alerts if alert.received_at >= edge]
    before = [alert for alert in alerts if alert.received_at < edge]
    return [_shift(what, values, recent, before) for what, values in _INPUTS.items()]


def _shift(
    what: str, values: Callable[[Alert], Iterable[str]], recent: list[Alert], before: list[Alert]
) -> Shift:
    now_counts = Counter(value for alert in recent for value in values(alert))
    old_counts = Counter(value for alert in before for value in values(alert))
    now_total, old_total = now_counts.total(), old_counts.total()
    index = None
    if len(recent) >= _MINIMUM_ALERTS and len(before) >= _MINIMUM_ALERTS:
        names = now_counts.keys() | old_counts.keys()
        index = 0.0
        for name in names:
            # Half a count more for each name: what was never seen has no share of nothing.
            new = (now_counts[name] + 0.5) / (now_total + 0.5 * len(names))
            old = (old_counts[name] + 0.5) / (old_total + 0.5 * len(names))
            index += (new - old) * math.log(new / old)
    top = [(name, count / now_total) for name, count in now_counts.most_common(4)]
    return Shift(what, index, top, {name: old_counts[name] / (old_total or 1) for name, _ in top})


def _magnitude(amount: float) -> str:
    power = math.floor(math.log10(max(amount, 0.01)))
    return f"{10.0**power:,g} to {10.0 ** (power + 1):,g}"
