"""The records of a month: so many alerts, most of them decided, as the functions write them."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from shared.runtime.alerts import AlertStatus
from shared.runtime.decisions import DECISION_ATTRIBUTE, suspicious_transaction
from shared.runtime.events import StoredTransaction
from shared.runtime.pseudonym import pseudonym
from stacks.alerting.functions.notifier.record import alert_record
from stacks.compute.functions.detector.recording import recorded
from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Decision,
    MerchantProfile,
    Scorer,
    load_rules,
)
from stacks.compute.functions.profiles.items import account_key
from stacks.compute.functions.verdicts.record import history_entry, verdict_values
from stacks.compute.functions.verdicts.request import VerdictRequest
from tools.bench.scoring import scored
from tools.local.traffic.generator import generate
from tools.local.traffic.transactions import LabelledTransaction

PAYMENTS: Final = 12_000
"""Of the generator, whose suspicious ones are repeated under other ids until there are enough."""
MONTH_MILLISECONDS: Final = 29 * 86_400_000
"""Within the 30 days that the desk looks back."""
DECIDED_SHARE: Final = 0.7
_TIME_TO_LIVE_DAYS: Final = 365
_IDENTITY: Final = "arn:aws:sts::123456789012:assumed-role/analysts/ana"


class Items(NamedTuple):
    """What the tables hold, in plain values."""

    transactions: list[Mapping[str, Any]]
    alerts: list[Mapping[str, Any]]
    profiles: list[Mapping[str, Any]]


def a_month(count: int) -> Items:
    """Return so many alerts of the last 29 days, with their payments, verdicts and profiles.

    The earlier ones are decided, in the order in which they came.
    """
    now = time.time_ns() // 1_000_000
    found, accounts = _suspicious(now)
    profiles = [
        {"profile_id": account_key(account_id), "revision": 1, "state": profile.to_state()}
        for account_id, profile in accounts.items()
    ]
    items = Items([], [], [*profiles])
    for number in range(count):
        payment, decision = found[number % len(found)]
        received = now - MONTH_MILLISECONDS * (count - number) // count
        stored = StoredTransaction(
            **{**payment.fields, "transaction_id": f"desk-{number:06d}", "timestamp": received - 400},  # type: ignore[arg-type]
            received_at=received,
            trace_header="Root=1-67891234-abcdef012345678912345678;Sampled=1",
        )
        decided = recorded(decision, received + 60)
        message = suspicious_transaction(stored, decided, stored.trace_header)
        record = alert_record(
            message,
            account=pseudonym(stored.account_id, "bench"),
            trace_id=stored.trace_header[5:40],
            now=received + 200,
            time_to_live_days=_TIME_TO_LIVE_DAYS,
        )
        record |= {"status": AlertStatus.OPEN, "mail_status": "SENT", "sent_at": received + 300}
        if number < count * DECIDED_SHARE:
            verdict, at = "confirmed_fraud" if payment.is_fraud else "legitimate", received + 3_600_000
            request = VerdictRequest(
                transaction_id=stored.transaction_id,
                timestamp=stored.timestamp,
                verdict=verdict,
                decided_by="ana",
                note="called the customer",
                caller=_IDENTITY,
            )
            record |= verdict_values(request, record, now=at, time_to_live_days=_TIME_TO_LIVE_DAYS)
            items.profiles.append(history_entry(request, stored, 1, at))
        items.alerts.append(record)
        payment_item = {name: getattr(stored, name) for name in StoredTransaction.__slots__}
        items.transactions.append({**payment_item, DECISION_ATTRIBUTE: decided.values()})
    return items


def _suspicious(now: int) -> tuple[list[tuple[LabelledTransaction, Decision]], dict[str, AccountProfile]]:
    """The generator's payments that the detector alerts on, and what it then knows of the accounts."""
    scorer, merchant = Scorer(load_rules()), MerchantProfile()
    population = scorer.unknown_population()
    accounts: defaultdict[str, AccountProfile] = defaultdict(AccountProfile)
    found = []
    for payment in generate(now, PAYMENTS):
        transaction = scored(payment)
        account = accounts[transaction.account_id]
        assessment = scorer.assess(transaction, account, merchant, population)
        scorer.update(account, transaction, assessment)
        if assessment.decision.suspicious:
            found.append((payment, assessment.decision))
    return found, accounts
