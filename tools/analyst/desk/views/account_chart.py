"""An account's payments and alerts over time, in approximate US dollars."""

from typing import Any

from shared.runtime.alerts import AlertStatus
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT
from tools.analyst.desk.charts import Dot, dots
from tools.analyst.desk.words import day, money, time
from tools.analyst.records.alert import Alert
from tools.analyst.records.profile import AccountPicture


def account_chart(picture: AccountPicture | None, alerts: list[Alert], this: Alert | None) -> Any:
    """Return the account's remembered payments over time, its alerts, and the one that is looked at."""
    drawn = [
        Dot(each.timestamp, each.value, "payment", f"{time(each.timestamp)}: about {each.value:,.2f} USD")
        for each in (picture.payments if picture else ())
    ]
    seen = set()
    for alert in alerts:
        if alert.alert_id not in seen:
            seen.add(alert.alert_id)
            kind = "this" if this and alert.alert_id == this.alert_id else _kind(alert)
            name = f"{time(alert.timestamp)}: {money(alert.amount, alert.currency)}, alert"
            drawn.append(Dot(alert.timestamp, _dollars(alert), kind, name))
    times = sorted(dot.at for dot in drawn)
    labels = [(at, day(at)[5:]) for at in times]
    return dots("Payments and alerts of the account over time", drawn, labels)


def _dollars(alert: Alert) -> float:
    """An amount on the scale of the profile's payments."""
    return float(alert.amount) * DOLLARS_PER_UNIT.get(alert.currency, 1.0)


def _kind(alert: Alert) -> str:
    kinds = {AlertStatus.CONFIRMED_FRAUD: "fraud", AlertStatus.LEGITIMATE: "legitimate"}
    return kinds.get(alert.status, "open")
