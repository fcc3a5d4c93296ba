"""Accounts with a history, for tests of the scoring core."""

from dataclasses import fields, replace
from typing import Any

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Controls,
    Decision,
    MerchantProfile,
    PaymentControls,
    Reason,
    Scorer,
    Standing,
    Transaction,
    load_rules,
)
from stacks.compute.functions.detector.scoring.rules import RuleSet
from tests.unit.functions.builders import NOW, scored

RULES = load_rules()
SCORER = Scorer(RULES)
UNKNOWN = SCORER.unknown_population()
NOBODY = MerchantProfile()
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def teach(account: AccountProfile, transaction: Transaction) -> bool:
    """Score a transaction and teach it, as the detector does."""
    return SCORER.update(account, transaction, decide(transaction, account), UNKNOWN)


def account_of(*transactions: Transaction) -> AccountProfile:
    """The profile that these transactions leave, in this order."""
    account = AccountProfile()
    for transaction in transactions:
        teach(account, transaction)
    return account


def habit(count: int = 30, every: int = DAY, **changes: Any) -> list[Transaction]:
    """Regular purchases of about 40, the last one `every` before `NOW`."""
    return [
        scored(
            transaction_id=f"habit-{number}",
            timestamp=NOW - (count - number) * every,
            amount=38.0 + number % 5,
            **changes,
        )
        for number in range(count)
    ]


def decide(
    transaction: Transaction,
    account: AccountProfile,
    merchant: MerchantProfile | None = None,
    controls: PaymentControls | None = None,
) -> Decision:
    """Score by the shipped rules, in a population of which nothing is known."""
    given = () if controls is None else (controls,)
    return SCORER.score(transaction, account, merchant or MerchantProfile(), UNKNOWN, *given)


def codes(decision: Decision) -> list[str]:
    """The rules that were hit, the strongest first."""
    return [reason.code for reason in decision.reasons]


def reasons_of_every_rule() -> tuple[Reason, ...]:
    """One reason of each rule, as the scorer gives it, in the order of the rules file."""
    berlin, paris = {"latitude": 52.52, "longitude": 13.405}, {"latitude": 48.8566, "longitude": 2.3522}
    home: dict[str, Any] = {"country": "DE", "merchant_category": "grocery", "device_id": "phone"}
    limits = replace(
        RULES.rules,
        amount_limit=replace(RULES.rules.amount_limit, limits={"USD": 100.0}),
        structuring=replace(RULES.rules.structuring, limits={"USD": (5500.0,)}),
    )
    scorer, account = Scorer(replace(RULES, rules=limits)), account_of(*habit(60, **home))
    plain, risky = account_of(*habit(60)), MerchantProfile()
    risky.risk.record_fraud(NOW - DAY, 1, 0.0, 1)
    endangered = account_of(*habit(60))
    endangered.risk.record_fraud(NOW - DAY, 1, 0.0, 1)
    deny, watch = Controls(Standing.DENY), Controls(Standing.WATCH)
    large = scored(amount=5000.0)

    def minutes_ago(count: int, amount: float, every: float) -> AccountProfile:
        steps = [NOW - int(every * MINUTE * number) for number in range(count, 0, -1)]
        made = [scored(transaction_id=f"s{time}", timestamp=time, amount=amount) for time in steps]
        return account_of(*habit(60), *made)

    cases: list[tuple[Transaction, AccountProfile, MerchantProfile, PaymentControls]] = [
        (transaction, of, merchant, PaymentControls(*controls))
        for transaction, of, merchant, *controls in (
            (large, plain, NOBODY),
            (large._replace(merchant_category="grocery"), account, NOBODY),
            (scored(), minutes_ago(6, 40.0, 1), NOBODY),
            (scored(amount=1.0), minutes_ago(4, 1.0, 5), NOBODY),
            (large, minutes_ago(3, 5000.0, 300), NOBODY),
            (scored(timestamp=NOW + 12 * HOUR, merchant_id="other"), plain, NOBODY),
            (scored(country="FR", merchant_category="jewellery", device_id="stolen"), account, NOBODY),
            (
                scored(**paris),
                account_of(scored(transaction_id="h", timestamp=NOW - HOUR // 2, **berlin)),
                NOBODY,
            ),
            (scored(timestamp=NOW + 60 * DAY), plain, NOBODY),
            (scored(), plain, risky),
            (scored(), endangered, NOBODY),
            (scored(), plain, NOBODY, watch, watch),
            (scored(), plain, NOBODY, deny),
        )
    ]
    found: dict[str, Reason] = {}
    for transaction, of, merchant, controls in cases:
        for reason in scorer.score(transaction, of, merchant, UNKNOWN, controls).reasons:
            found.setdefault(reason.code, reason)
    return tuple(found[field.name] for field in fields(RuleSet) if field.name in found)
