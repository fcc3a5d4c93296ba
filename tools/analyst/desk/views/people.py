"""An account, and a merchant: profile in words, history, lists, verdicts, what can be exported or erased."""

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.runtime.alerts import AlertStatus
from stacks.compute.functions.detector.scoring import Controls, ProfileError
from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from tools.analyst.account import picture_told
from tools.analyst.desk.charts import Bar, columns
from tools.analyst.desk.filters import EVERY, ROWS, Filter
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.views.account_chart import account_chart
from tools.analyst.records.alert import Alert
from tools.analyst.records.audit import Entry, controls_told
from tools.analyst.records.payments import Payment
from tools.analyst.records.profile import AccountPicture, account_picture, merchant_verdicts
from tools.analyst.records.subjects import account_of, alerts_of, is_pseudonym
from tools.deploy.outputs import OperatorError


@dataclass(frozen=True)
class Known:
    """What is known of an account.

    Attributes:
        picture: Of its profile, None where there is none or it cannot be read.
        told: In sentences.
    """

    picture: AccountPicture | None
    told: list[str]


@dataclass(frozen=True)
class ControlsShown:
    """Lists and snooze of an account or a merchant.

    Attributes:
        kind: `account` or `merchant`.
        identifier: Its id.
        told: In words.
        standing: The list in force, empty for none.
        snoozed_until: Epoch milliseconds, 0 where it is not snoozed now.
        history: Changes, the latest first.
    """

    kind: str
    identifier: str
    told: str
    standing: str
    snoozed_until: int
    history: list[Entry]


def account_known(desk: Desk, account_id: str) -> Known:
    """Return what is known of an account; a profile that cannot be read is told, not raised.

    Raises:
        OperatorError: AWS refuses.
    """
    key = account_key(account_id)
    item = desk.tables.profile(key)
    try:
        picture = account_picture(key, item)
    except OperatorError as error:
        return Known(None, [str(error)])
    return Known(picture, list(picture_told(picture)))


def controls_of(desk: Desk, kind: str, identifier: str) -> ControlsShown:
    """Return what people decided of an account or a merchant.

    Raises:
        OperatorError: AWS refuses.
    """
    key = controls_key(account_key(identifier) if kind == "account" else merchant_key(identifier))
    item = desk.tables.profile(key)
    at = desk.clock()
    try:
        controls = Controls.from_item(item)
    except ProfileError as error:
        return ControlsShown(kind, identifier, f"{error}; set it again to repair it", "", 0, [])
    standing = controls.standing_at(at)
    snoozed = controls.snoozed_until if controls.snoozed_until > at else 0
    now_in_force = {
        "standing": standing,
        "standing_until": controls.standing_until if standing else 0,
        "standing_up_to": controls.standing_up_to if standing else 0,
        "snoozed_until": snoozed,
        "snoozed_up_to": controls.snoozed_up_to if snoozed else 0,
    }
    told, history = controls_told(now_in_force), desk.history.of(key, item)
    return ControlsShown(kind, identifier, told, standing or "", snoozed, history)


def account_page(desk: Desk, given: str, *, older: bool, whole: bool) -> dict[str, Any]:
    """Return what the page of an account shows.

    Args:
        desk: The desk.
        given: Its id, or its pseudonym.
        older: Show alerts that are older than the days of the desk, too; that reads all records.
        whole: Show its payments in full; that reads the table of transactions.

    Raises:
        OperatorError: Nobody knows the pseudonym, or AWS refuses.
    """
    account_id = _account_id(desk, given)
    found = alerts_of(desk.tables, account_id) if older else desk.model.all()
    alerts = sorted(
        (alert for alert in found if alert.account_id == account_id), key=lambda alert: -alert.timestamp
    )
    known = account_known(desk, account_id)
    paid = payments_of(desk, account_id) if whole else []
    return {
        "account_id": account_id,
        "whole": whole,
        "payments": paid[:ROWS],
        "paid": len(paid),
        "pseudonym": next((alert.account for alert in alerts if alert.account), ""),
        "known": known,
        "chart": account_chart(known.picture, alerts, None, paid),
        "hours": _hours(known.picture),
        "controls": controls_of(desk, "account", account_id),
        "alerts": alerts,
        "pending": desk.verdicts.pending(),
        "counts": counts_of(alerts),
        "older": older,
        "days": desk.model.days,
        "commands": commands_of(desk, account_id),
    }


def payments_of(desk: Desk, account_id: str, *, since: int = 0) -> list[Payment]:
    """Return all stored payments of an account, the latest first, as they were read after a time.

    Raises:
        UnfinishedError: They are being read.
        OperatorError: AWS refuses, or there are too many payments.
    """
    if not desk.payments.at_hand(since):
        desk.background.made("payments", since, lambda: desk.payments.read(since=since))
    paid = [each for each in desk.payments.read(since=since) if each.transaction.account_id == account_id]
    return sorted(paid, key=lambda each: -each.transaction.timestamp)


def merchant_page(desk: Desk, merchant_id: str) -> dict[str, Any]:
    """Return what the page of a merchant shows.

    Raises:
        OperatorError: AWS refuses.
    """
    key = merchant_key(merchant_id)
    alerts = sorted(
        (alert for alert in desk.model.all() if alert.merchant_id == merchant_id),
        key=lambda alert: -alert.timestamp,
    )
    return {
        "merchant_id": merchant_id,
        "verdicts": merchant_verdicts(key, desk.tables.profile(key)),
        "controls": controls_of(desk, "merchant", merchant_id),
        "alerts": alerts[:ROWS],
        "count": len(alerts),
        "all": Filter(status=EVERY).words(merchant=merchant_id),
        "pending": desk.verdicts.pending(),
        "counts": counts_of(alerts),
        "accounts": len({alert.account_id for alert in alerts}),
        "days": desk.model.days,
    }


def commands_of(desk: Desk, account_id: str) -> dict[str, str]:
    """Return the commands that export and erase all that is kept of an account, to be copied."""
    words = f"ENV={desk.environment} ACCOUNT={shlex.quote(account_id)}"
    confirmed = " CONFIRM=prod" if desk.environment == "prod" else ""
    return {
        "export": f"make export {words}",
        "count": f"make erase {words}",
        "erase": f"make erase {words} ERASE=yes{confirmed}",
    }


def _account_id(desk: Desk, given: str) -> str:
    if is_pseudonym(given):
        for alert in desk.model.all():
            if alert.account == given:
                return alert.account_id
        return account_of(desk.tables, account=given, transaction=None)
    return given


def counts_of(alerts: Iterable[Alert]) -> dict[str, int]:
    """Return how many are open, fraud and legitimate."""
    counted = Counter(alert.status for alert in alerts)
    return {
        "open": counted[AlertStatus.OPEN],
        "fraud": counted[AlertStatus.CONFIRMED_FRAUD],
        "legitimate": counted[AlertStatus.LEGITIMATE],
    }


def _hours(picture: AccountPicture | None) -> Any:
    if picture is None or not any(picture.hours):
        return ""
    bars = [Bar(f"{hour:02}", [("payment", much)]) for hour, much in enumerate(picture.hours)]
    return columns("Payments by hour of the day, UTC", bars, height=130, marks=8)
