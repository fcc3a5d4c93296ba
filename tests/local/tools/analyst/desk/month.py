"""A month of alerts at a small bank, made up and always the same: accounts, frauds, verdicts, lists."""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import Changed
from shared.runtime.dynamodb import to_item
from shared.runtime.events import AlertReason, StoredTransaction, SuspiciousTransaction
from shared.runtime.pseudonym import pseudonym
from shared.runtime.schema import transaction_schema
from stacks.alerting.functions.notifier.record import alert_record
from stacks.compute.functions.detector.scoring import RULES_PATH, AccountProfile, load_rules
from stacks.compute.functions.detector.scoring.account import REMEMBERED_PAYMENTS, Remembered
from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, publication
from tests.unit.functions.builders import SECRET
from tests.unit.tools.analyst.records_in_memory import InMemory

DAY = 86_400_000
HOUR = 3_600_000
HOSTILE = "<script>document.title='owned'</script>"
HOSTILE_NOTE = '"><img src=x onerror="document.title=\'owned\'"> =1+1'
MERCHANTS = {
    "bookshop-7": "5942", "grocer-12": "5411", "fuel-3": "5541", "airline-44": "4511",
    "electronics-9": "5732", "pharmacy-2": "5912", "jewels-31": "5944", "cinema-5": "7832",
    "giftcards-88": "5947", "hotel-16": "7011",
}  # fmt: skip
COUNTRIES = ("DE", "FR", "NL", "US", "BR", "NG")
PEOPLE = ("ana", "bo", "chidi")


@dataclass(frozen=True)
class Made:
    """What was made, newest last."""

    payments: list[StoredTransaction]


BASE = Decimal("-6.8")
NEW = "new, as in 1 payment in {}"
BUSIEST = "most around 12:00 UTC"
BEGAN = "other accounts that recently started to use this device"
WORN_OFF, RISK = "1 confirmed fraud, the latest 40 days before", "probability of fraud here"
"""As the detector explains them."""


def reason(points: float, *texts: str) -> AlertReason:
    """A reason of so many points; the texts are code, observed, baseline, threshold and unit."""
    code, observed, baseline, threshold, unit = texts
    return AlertReason(
        code=code,
        observed=observed,
        baseline=baseline,
        threshold=threshold,
        unit=unit,
        contribution=Decimal("0.1"),
        points=Decimal(str(round(points, 4))),
    )


def reasons_of(chance: random.Random, amount: Decimal, usual: float, country: str) -> tuple[AlertReason, ...]:
    """Some reasons, the most points first; the last ones too light to be told one by one."""
    device = "d-" + format(chance.getrandbits(32), "08x")
    possible = [
        ("amount_anomaly", str(amount), f"{usual:.2f}", "1 payment in 900", "USD", 3.1),
        ("hour_pace", "7", "0.4", "1 payment in 2,000", "payments within an hour", 2.3),
        ("new_country", country, "2 known", NEW.format(310), "country", 2.8),
        ("new_device", device, "2 known", NEW.format(42), "device", 2.2),
        ("own_hour", "03:00 UTC", BUSIEST, "30.0 times rarer than an even share", "hour of the day", 1.4),
        ("device_accounts", "3", "0", "1", BEGAN, 2.6),
    ]
    chosen = chance.sample(possible, chance.choice((2, 3, 3, 4)))
    told = [reason(points * chance.uniform(0.9, 1.6), *texts) for *texts, points in chosen]
    told += [
        reason(0.02, "day_spend_to_usual", "120", "95", "1 payment in 3", "USD"),
        reason(-chance.uniform(0, 0.4), "merchant_risk", "0.0004", WORN_OFF, "0", RISK),
    ]
    return tuple(sorted(told, key=lambda each: -(each.points or 0)))


def probability(reasons: tuple[AlertReason, ...]) -> Decimal:
    """What base and points make."""
    total = float(BASE + sum((each.points or Decimal(0)) for each in reasons))
    return Decimal(str(round(1 / (1 + math.exp(-total)), 6)))


def payments(
    now: int, days: int, per_day: int, seed: int
) -> Iterator[tuple[StoredTransaction, random.Random]]:
    """Yield suspicious payments, the earliest first."""
    chance = random.Random(seed)  # noqa: S311 - a made-up month
    number = 0
    for day in range(days, 0, -1):
        count = max(1, round(chance.gauss(per_day, per_day / 4)))
        times = sorted(chance.randrange(DAY) for _ in range(count))
        for time in times:
            received = now - day * DAY + time
            number += 1
            merchant = chance.choice(list(MERCHANTS))
            yield (
                StoredTransaction(
                    transaction_id=f"pay-{number:05}",
                    timestamp=received - chance.randrange(100, 4000),
                    account_id=f"a-{chance.randrange(1, 400):04}",
                    merchant_id=merchant,
                    amount=Decimal(round(chance.lognormvariate(5.5, 1.3) * 100)) / 100,
                    currency=chance.choice(("USD", "USD", "USD", "EUR")),
                    merchant_category=MERCHANTS[merchant],
                    country=chance.choice(COUNTRIES),
                    channel=chance.choice(("online", "card present")),
                    device_id=f"d-{chance.randrange(1, 300):06}",
                    received_at=received,
                    trace_header=f"Root=1-6789{number:04x}-abcdef012345678912345678;Sampled=1",
                ),
                chance,
            )


def record_of(payment: StoredTransaction, chance: random.Random, now: int) -> dict[str, Any]:
    """An alert's record, decided by somebody if it is old enough."""
    usual = float(payment.amount) / chance.uniform(3, 20)
    reasons = reasons_of(chance, payment.amount, usual, payment.country or "")
    message = SuspiciousTransaction(
        transaction=payment,
        score=max(probability(reasons), Decimal("0.3")),
        score_threshold=Decimal("0.3"),
        rules_version="3+0a1b2c3d" if payment.received_at < now - 9 * DAY else "night-4+5f0c9a1e",
        reasons=reasons,
        trace_header=payment.trace_header,
        base=BASE,
    )
    recorded = payment.received_at + chance.randrange(250, 900)
    record = alert_record(
        message,
        account=pseudonym(payment.account_id, SECRET),
        trace_id=payment.trace_header[5:40],
        now=recorded,
        time_to_live_days=365,
    )
    record |= {"status": AlertStatus.OPEN.value, "mail_status": "SENT"}
    record["sent_at"] = recorded + chance.randrange(80, 400)
    age = (now - payment.received_at) / DAY
    if chance.random() < min(0.97, age / 3):
        fraud = chance.random() < float(message.score) ** 2
        verdict = "confirmed_fraud" if fraud else "legitimate"
        who = chance.choice(PEOPLE)
        record |= {
            "status": verdict.upper(), "verdict": verdict, "verdict_revision": 1, "decided_by": who,
            "decided_at": min(now, recorded + chance.randrange(HOUR // 4, 20 * HOUR)),
            "decided_as": f"arn:aws:sts::123456789012:assumed-role/analysts/{who}",
            "note": chance.choice(("", "", "called the customer", "card lost, replaced", "known merchant")),
        }  # fmt: skip
    return record


def fill(memory: InMemory, now: int, *, days: int = 30, per_day: int = 9, seed: int = 7) -> Made:
    """Write a month into the tables."""
    made: list[StoredTransaction] = []
    records: list[dict[str, Any]] = []
    for payment, chance in payments(now, days, per_day, seed):
        record = record_of(payment, chance, now)
        if made and chance.random() < 0.08 and record["status"] == "OPEN":
            record["grouped_with"] = records[-1]["alert_id"]
            record["account_id"] = records[-1]["account_id"]
            record["account"] = records[-1]["account"]
            record["sent_at"] = None
        made.append(payment)
        records.append(record)
    write(memory, "alerts", records)
    return Made(made)


def write(memory: InMemory, table: str, items: list[dict[str, Any]]) -> None:
    """Write items, 25 at once."""
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": to_item(item)}} for item in items[start : start + 25]]
        memory.dynamodb.batch_write_item(RequestItems={f"{table}-dev": puts})


def decided(memory: InMemory, now: int, *, per_day: int = 30) -> None:
    """Write what the detector decided about all payments of the month: alerts, quiet ones, a challenger."""
    chance = random.Random(11)  # noqa: S311 - likewise
    version = load_rules().version
    items = []
    for record in memory.items("alerts"):
        if "account_id" not in record or "timestamp" not in record or "score" not in record:
            continue
        reasons = [{"code": each["code"], "points": each["points"]} for each in record["reasons"]]
        shadow = ["travel"] if chance.random() < 0.3 else []
        items.append(_paid(record, record["score"], version, reasons, shadow, chance))
    for number in range(30 * per_day):
        at = now - chance.randrange(1, 30 * DAY)
        account = "a-0417" if number % 50 == 0 else f"a-{chance.randrange(1, 400):04}"
        facts = {
            "transaction_id": f"quiet-{number:05}", "timestamp": at, "account_id": account,
            "merchant_id": chance.choice(list(MERCHANTS)), "country": "DE", "received_at": at + 80,
            "amount": Decimal(round(chance.lognormvariate(3.4, 0.7) * 100)) / 100, "currency": "USD",
        }  # fmt: skip
        score = Decimal(str(round(min(chance.lognormvariate(-5.5, 1.4), 0.29), 6)))
        shadow = ["travel"] if chance.random() < 0.01 else []
        items.append(_paid(facts, score, version, [], shadow, chance))
    write(memory, "transactions", items)
    text = json.dumps({**json.loads(RULES_PATH.read_text()), "version": "night-5"}, indent=2)
    publication_of = publication(text, CHALLENGING, Changed.CHALLENGER)
    signer = "arn:aws:iam::123456789012:user/chidi"
    memory.put(
        "profiles",
        {
            **publication_of, "profile_id": CHALLENGER_KEY, "by": "chidi", "identity": signer, "revision": 1,
            "at": now - 20 * DAY, "note": "nights count for more",
        },
    )  # fmt: skip


CHALLENGING = "night-5+77aa01fe"


def _paid(  # noqa: PLR0917 - a decision's parts, in their order
    facts: dict[str, Any],
    score: Decimal,
    version: str,
    reasons: list[dict[str, Any]],
    shadow: list[str],
    chance: random.Random,
) -> dict[str, Any]:
    names = (*transaction_schema()["properties"], "received_at")
    item = {name: facts[name] for name in names if facts.get(name) is not None}
    theirs = Decimal(str(round(min(float(score) * chance.lognormvariate(0, 0.35), 0.999), 6)))
    item["decision"] = {
        "suspicious": score >= THRESHOLD, "decided_at": item["received_at"], "score": score,
        "rules_version": version, "reasons": reasons, "shadow": shadow,
        "challenger": {"rules_version": CHALLENGING, "score": theirs, "suspicious": theirs >= THRESHOLD},
    }  # fmt: skip
    return {**item, "trace_header": ""}


THRESHOLD = Decimal("0.3")


def case(memory: InMemory, now: int) -> StoredTransaction:
    """One open alert with all that a page can show: a profile, lists, a hostile merchant, a device shared."""
    chance = random.Random(3)  # noqa: S311 - likewise
    payment = StoredTransaction(
        transaction_id="pay-case",
        timestamp=now - 190_000,
        account_id="a-0417",
        merchant_id="giftcards-88",
        amount=Decimal("4850.00"),
        currency="USD",
        merchant_category="5947",
        country="BR",
        channel="online",
        device_id="d-000042",
        ip_address="203.0.113.9",
        received_at=now - 189_000,
        trace_header="Root=1-67891234-abcdef012345678912345678;Sampled=1",
    )
    memory.put("transactions", {name: getattr(payment, name) for name in StoredTransaction.__slots__})
    record = record_of(payment, chance, now)
    record |= {"status": "OPEN", "score": probability(CASE), "base": BASE}
    record["reasons"] = [asdict(each) for each in CASE]
    for name in ("verdict", "verdict_revision", "decided_by", "decided_at", "decided_as", "note"):
        record.pop(name, None)
    hostile = {
        **record, "alert_id": "hostile", "transaction_id": "pay-hostile", "merchant_id": HOSTILE,
        "account_id": "a-0418", "device_id": "d-000042", "status": "LEGITIMATE", "verdict": "legitimate",
        "verdict_revision": 1, "decided_by": "bo", "decided_as": "arn:aws:iam::123456789012:user/bo",
        "decided_at": now - 100_000, "note": HOSTILE_NOTE, "received_at": now - 3 * HOUR,
        "score": Decimal("0.71"),
    }  # fmt: skip
    write(memory, "alerts", [record, hostile])
    memory.put("profiles", profile_item("a-0417", now))
    signer = "arn:aws:iam::123456789012:user/bo"
    controls = {"changed": "controls", "by": "bo", "identity": signer, "revision": 1}
    write(
        memory,
        "profiles",
        [
            {
                **controls, "profile_id": controls_key(merchant_key("giftcards-88")), "standing": "watch",
                "at": now - 2 * DAY, "note": "many frauds since Monday",
            },
            {
                **controls, "profile_id": controls_key(account_key("a-0031")), "standing": "deny",
                "at": now - 5 * DAY, "note": "card lost",
            },
            {
                **controls, "profile_id": controls_key(account_key("a-0200")),
                "snoozed_until": now + 5 * HOUR,
                "at": now - HOUR, "note": "on a journey",
            },
        ],
    )  # fmt: skip
    return payment


CASE = (
    reason(5.36, "amount_anomaly", "4850", "38.2", "1 payment in 40,000", "USD"),
    reason(2.31, "new_country", "BR", "2 known", NEW.format(310), "country"),
    reason(1.94, "new_device", "d-000042", "2 known", NEW.format(42), "device"),
    reason(1.1, "device_accounts", "2", "0", "1", BEGAN),
    reason(0.03, "own_hour", "07:00 UTC", BUSIEST, "1.4 times rarer than an even share", "hour of the day"),
    reason(0.01, "hour_pace", "1", "0.4", "1 payment in 2", "payments within an hour"),
    reason(-0.35, "merchant_risk", "0.0004", WORN_OFF, "0", RISK),
)


def profile_item(account_id: str, now: int) -> dict[str, Any]:
    """A profile as the detector stores it: quiet payments."""
    chance = random.Random(5)  # noqa: S311 - likewise
    profile = AccountProfile()
    recent = sorted(
        Remembered(now - chance.randrange(HOUR, 28 * DAY), number, chance.lognormvariate(3.5, 0.5), 0)
        for number in range(REMEMBERED_PAYMENTS)
    )
    profile.recent = recent
    profile.count, profile.first_at, profile.last_at = 412, now - 400 * DAY, recent[-1].timestamp
    for each in recent:
        profile.hours[8 + (each.timestamp // HOUR) % 13] += 3
    return {"profile_id": account_key(account_id), "revision": 1, "state": profile.to_state()}
