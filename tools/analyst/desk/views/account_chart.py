"""An account's payments and alerts over time, in approximate US dollars."""

from collections.abc import Sequence
from typing import Any

from shared.runtime.alerts import AlertStatus
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT
from tools.analyst.desk.charts import Dot, dots
from tools.analyst.desk.words import day, money, time
from tools.analyst.records.alert import Alert
from tools.analyst.records.payments import Payment
from tools.analyst.records.profile import AccountPicture


def account_chart(
    picture: AccountPicture | None, alerts: list[Alert], this: Alert | None, payments: Sequence[Payment] = ()
) -> Any:
    """Return the account's payments over time, its alerts, and the one that is looked at.

    Args:
        picture: Of its profile, which remembers the last payments.
        alerts: Its alerts.
        this: The one that is looked at.
        payments: All of its payments, where they are known; then the profile's are not drawn.
    """
    remembered = [(each.timestamp, each.value) for each in (picture.payments if picture else ())]
    whole = [(each.transaction.timestamp, each.transaction.value) for each in payments]
    drawn = [
        Dot(at, value, "payment", f"{time(at)}: about {value:,.2f} USD") for at, value in whole or remembered
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
