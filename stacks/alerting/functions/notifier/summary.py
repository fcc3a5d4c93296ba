"""The summary mail of a group: an account's alerts, or a flood. Pure."""

import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from shared.runtime.money import readable
from stacks.alerting.functions.notifier.group import FLOOD, AlertGroup, GroupedAlert
from stacks.alerting.functions.notifier.mail import Place, one_line, two_digits, utc

COUNT_LABEL: Final = "Further alerts:"
LISTED_MARK: Final = "TRANSACTION="
_WIDTH: Final = 72


def subject(group: AlertGroup, *, account: str, environment: str) -> str:
    """Return the subject, a line of at most 100 ASCII characters."""
    score = two_digits(group.highest_score)
    whose = "many accounts" if group.account_id == FLOOD else account
    return one_line(
        f"[{environment}] Fraud {score}: {_alerts(group.grouped)} of {whose}, {_amounts(group.amounts)}"
    )


def body(group: AlertGroup, *, account: str, place: Place) -> str:
    """Return the body of the mail, which has only the account's pseudonym."""
    opening = _of_a_flood(group) if group.account_id == FLOOD else _of_an_account(group, account)
    sections = (
        textwrap.fill(f"{opening} Environment: {place.environment}.", _WIDTH),
        _facts(group, account),
        _list(group),
        _verdict(place),
        _records(group, place),
    )
    return "\n\n".join(sections) + "\n"


def _of_an_account(group: AlertGroup, account: str) -> str:
    return (
        f"{_alerts(group.grouped).capitalize()} of account {account} came within "
        f"{(group.closes_at - group.opened_at) // 1000} seconds of the alert mailed at "
        f"{utc(group.opened_at)}."
    )


def _of_a_flood(group: AlertGroup) -> str:
    mailed = len(group.mailed_alert_ids)
    return (
        f"There are many alerts: within a minute of {utc(group.opened_at)}, {mailed} were mailed singly; "
        f"this mail lists {_alerts(group.grouped)}. Possible causes are an attack on many accounts, a "
        "merchant's terminal, or rules that are too strict. First see what the alerts have in common: make "
        "desk lists them."
    )


def _alerts(count: int) -> str:
    return f"{count} further alert{'s' if count != 1 else ''}"


def _amounts(amounts: Mapping[str, Decimal]) -> str:
    return " + ".join(readable(amount, currency) for currency, amount in sorted(amounts.items()))


def _facts(group: AlertGroup, account: str) -> str:
    facts = {
        COUNT_LABEL: str(group.grouped),
        "Together:": _amounts(group.amounts),
        "Highest score:": str(two_digits(group.highest_score)),
        "Account:": "many" if group.account_id == FLOOD else f"{account} (a pseudonym)",
        "First alert:": f"{group.opened_by}, transaction {group.first_transaction_id}",
    }
    return "\n".join(["FACTS", *(f"{name} {fact}" for name, fact in facts.items())])


def _list(group: AlertGroup) -> str:
    lines = [_described(number, alert) for number, alert in enumerate(group.listed, start=1)]
    rest = group.grouped - len(group.listed)
    if rest:
        lines.append(f"and {rest} more, in the alert records (see below)")
    return "\n".join(["THE ALERTS (in the order recorded)", *lines])


def _described(number: int, alert: GroupedAlert) -> str:
    amount = readable(alert.amount, alert.currency)
    return (
        f"{number:2}. {utc(alert.timestamp)}, {amount}, score {two_digits(alert.score)}, {alert.headline}\n"
        f"    {LISTED_MARK}{alert.transaction_id} TIMESTAMP={alert.timestamp}"
        f"{f' account {alert.account}' if alert.account else ''}"
    )


def _verdict(place: Place) -> str:
    return (
        "YOUR VERDICT (on each transaction; its id and time as listed above)\n"
        f"  make verdict ENV={place.environment} VERDICT=confirmed_fraud \\\n"
        '    BY="your name" TRANSACTION=... TIMESTAMP=...\n'
        "or VERDICT=legitimate; the mail of the first alert explains both verdicts."
    )


def _records(group: AlertGroup, place: Place) -> str:
    return (
        "THE ALERT RECORDS, with every reason:\n"
        f"  aws dynamodb scan --region {place.region} \\\n"
        f"    --table-name {place.alerts_table} \\\n"
        "    --filter-expression 'grouped_with = :first' \\\n"
        "    --expression-attribute-values \\\n"
        f'''    '{{":first": {{"S": "{group.opened_by}"}}}}\''''
    )
