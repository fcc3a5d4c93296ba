"""Accounts with a history, for tests of the scoring core."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stacks.compute.functions.detector.scoring import (
    NAMES,
    NO_CONTROLS,
    RULES_PATH,
    AccountProfile,
    Assessment,
    Controls,
    Decision,
    FirstUses,
    MerchantProfile,
    PaymentControls,
    Place,
    Population,
    Reason,
    Rules,
    Scorer,
    Sharing,
    Standing,
    Transaction,
    load_rules,
    new_places,
    parse_rules,
)
from stacks.compute.functions.detector.scoring.sampling import sample_of
from stacks.compute.functions.detector.scoring.ways import brought
from tests.unit.functions.builders import NOW, scored

RULES = load_rules()
SCORER = Scorer(RULES, measured=NAMES)
UNKNOWN = SCORER.unknown_population()
NOBODY = MerchantProfile()
AT_HOME: Mapping[str, Any] = {"latitude": 52.52, "longitude": 13.405, "card_present": True}
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def assess(transaction: Transaction, account: AccountProfile, **known: Any) -> Assessment:
    """Assess by the shipped rules, in a population of which nothing is known; every quantity is measured."""
    return SCORER.assess(transaction, account, known.pop("merchant", None) or NOBODY, UNKNOWN, **known)


def teach(account: AccountProfile, transaction: Transaction) -> bool:
    """Score a transaction and teach it, as the detector does."""
    return SCORER.update(account, transaction, assess(transaction, account))


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
    controls: PaymentControls = NO_CONTROLS,
    sharing: Sharing | None = None,
) -> Decision:
    """Score by the shipped rules, in a population of which nothing is known."""
    return assess(transaction, account, merchant=merchant, controls=controls, sharing=sharing or {}).decision


def codes(decision: Decision) -> list[str]:
    """What speaks against the payment, the strongest first."""
    return [reason.code for reason in decision.reasons if reason.points > 0]


def limited(**limits: float) -> Rules:
    """The shipped rules with limits by currency, from which on anybody's payment is suspicious."""
    return parse_rules(json.dumps(_document(limits)).encode())


def all_counted(**limits: float) -> Rules:
    """The same with points for every quantity, however little of it there is."""
    document = _document(limits)
    document["quantities"] = {name: {"mode": "alert", "at": [-50, 50], "points": [0.5, 2]} for name in NAMES}
    return parse_rules(json.dumps(document).encode())


def _document(limits: Mapping[str, float]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(RULES_PATH.read_text("utf-8"))
    document["rules"]["amount_limit"]["limits"] = limits
    return document


def reasons_of_everything() -> tuple[Reason, ...]:
    """One reason of each quantity and rule, as the scorer gives it."""
    scorer = Scorer(all_counted(USD=100.0))
    found: dict[str, Reason] = {}
    for transaction, account, merchant, controls in _cases():
        sharing = {place: counted(place) for place in new_places(transaction, account)}
        view = population().view(RULES.assumed_spread, UNKNOWN.merchants, UNKNOWN.accounts)
        decision = scorer.assess(
            transaction, account, merchant, view, sharing=sharing, controls=controls
        ).decision
        for reason in decision.reasons:
            found.setdefault(reason.code, reason)
    return tuple(found.values())


def counted(place: Place, accounts: int = 4) -> FirstUses:
    """A place that so many accounts began to use within the last minutes."""
    uses = FirstUses()
    for number in range(accounts):
        uses.learn(f"of-{number}", NOW - MINUTE * (accounts - number), place.kind)
    return uses


def population(payments: int = 400) -> Population:
    """A population of accounts that pay about 40 in the afternoon, always for groceries and at home."""
    home: dict[str, Any] = {"merchant_category": "grocery", "country": "DE", **AT_HOME}
    known, account = Population(), account_of(*habit(10, **home))
    for number in range(payments):
        payment = scored(
            transaction_id=f"p-{number}",
            timestamp=NOW - DAY + (12 + number % 8) * HOUR,
            amount=20.0 + number % 41,
            **home,
        )
        assessment = assess(payment, account)
        known.learn(
            sample_of(
                *(payment, account, assessment.usual, assessment.raw, brought(payment, account)),
                season=0.0,
                held_back=False,
            )
        )
    return known


def _cases() -> Iterator[tuple[Transaction, AccountProfile, MerchantProfile, PaymentControls]]:
    paris = {"latitude": 48.8566, "longitude": 2.3522}
    home: dict[str, Any] = {
        "country": "DE", "merchant_category": "grocery", "device_id": "phone", "ip_address": "192.0.2.7",
        "channel": "pos", **AT_HOME,
    }  # fmt: skip
    account, risky = account_of(*habit(60, **home)), MerchantProfile()
    risky.risk.record_fraud(NOW - DAY, 1, 0.0, 1)
    account.risk.record_fraud(NOW - DAY, 1, 0.0, 1)
    away: dict[str, Any] = {
        **home, **paris, "country": "FR", "merchant_category": "jewellery", "merchant_id": "other",
        "device_id": "stolen", "ip_address": "198.51.100.7", "channel": "web", "currency": "EUR",
    }  # fmt: skip
    yield scored(amount=4900.0, **away), account, risky, NO_CONTROLS
    yield scored(amount=5000.0, **home), account, risky, NO_CONTROLS
    yield scored(timestamp=NOW + 60 * DAY, **home), account, risky, NO_CONTROLS
    tests = [scored(transaction_id=f"s{n}", timestamp=NOW - n * MINUTE, amount=1.0) for n in (3, 2, 1)]
    yield scored(amount=1.0), account_of(*habit(60), *tests), risky, NO_CONTROLS
    watch, deny = Controls(Standing.WATCH), Controls(Standing.DENY)
    yield scored(), account, risky, PaymentControls(watch, watch)
    yield scored(), account, risky, PaymentControls(deny, Controls())
    yield scored(amount=5000.0, **home), AccountProfile(), risky, NO_CONTROLS
