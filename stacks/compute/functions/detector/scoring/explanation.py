"""What a reason tells people of a quantity: what was seen, what is usual, how rare that is, in which unit."""

from collections.abc import Callable, Mapping
from math import exp, expm1
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.quantities import Quantities
from stacks.compute.functions.detector.scoring.scorecard import probability_of
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.usual import Usual
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT


class Evidence(NamedTuple):
    """What a decision was made from."""

    transaction: Transaction
    account: AccountProfile
    merchant: MerchantProfile
    view: View
    usual: Usual
    quantities: Quantities
    raw: Mapping[str, float]


class Explanation(NamedTuple):
    """The middle of a `Reason`."""

    observed: float | str
    baseline: float | str
    threshold: float | str
    unit: str


def explain(code: str, evidence: Evidence) -> Explanation:
    """Describe a quantity's observed and usual values."""
    return _EXPLANATIONS[code](code, evidence)


_Explain = Callable[[str, Evidence], Explanation]


def one_in(decades: float) -> str:
    """Return a rarity as people say it, to two digits."""
    return f"1 payment in {float(f'{10**decades:.2g}'):,.0f}"


def _rarity(code: str, evidence: Evidence) -> str:
    return one_in(getattr(evidence.quantities, code))


def _amount(code: str, evidence: Evidence) -> Explanation:
    """A payment's amount against the account's usual one, in the payment's currency."""
    transaction, account, usual = evidence.transaction, evidence.account, evidence.usual
    if not account.count:
        baseline: float | str = "no history"
    else:
        in_category = usual.value / usual.normal
        baseline = usual.mean * in_category / DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    threshold = "learnt from verdicts" if code == "amount" else _rarity(code, evidence)
    return Explanation(transaction.amount, baseline, threshold, transaction.currency)


def _category_amount(code: str, evidence: Evidence) -> Explanation:
    transaction, usual = evidence.transaction, evidence.usual
    scale = evidence.view.categories[usual.category or 0]
    typical = exp(scale.logarithm) / DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    return Explanation(transaction.amount, typical, _rarity(code, evidence), transaction.currency)


def _record(code: str, evidence: Evidence) -> Explanation:
    transaction, usual = evidence.transaction, evidence.usual
    record = evidence.account.record * usual.value / usual.normal
    record /= DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    return Explanation(transaction.amount, record, _rarity(code, evidence), transaction.currency)


def _spend(days: float) -> _Explain:
    def explanation(code: str, evidence: Evidence) -> Explanation:
        usual = evidence.usual
        expected = usual.mean + usual.daily_payments * usual.mean * days
        spent = exp(evidence.raw[code]) * (1.0 if code == "hour_spend" else expected)
        return Explanation(spent, expected, _rarity(code, evidence), "USD")

    return explanation


def _pace(days: float) -> _Explain:
    def explanation(code: str, evidence: Evidence) -> Explanation:
        account = evidence.account
        counted = account.hour_count if days < 1 else account.day_count
        period = "an hour" if days < 1 else "a day"
        usual = evidence.usual.daily_payments * days
        return Explanation(counted + 1, usual, _rarity(code, evidence), f"payments within {period}")

    return explanation


def _logarithm(unit: str) -> _Explain:
    """A quantity of any form, which is a logarithm: its curve is learnt from verdicts."""

    def explanation(code: str, evidence: Evidence) -> Explanation:
        value = exp(getattr(evidence.quantities, code))
        return Explanation(value, "any", "learnt from verdicts", unit)

    return explanation


def _recent(code: str, evidence: Evidence) -> Explanation:
    decades = expm1(getattr(evidence.quantities, code))
    return Explanation(
        f"{decades:.1f} decades beyond the usual",
        "nothing rare",
        "any rare payment",
        "rare payments of the last day",
    )


def _rest(_: str, evidence: Evidence) -> Explanation:
    usual = evidence.usual
    return Explanation(usual.hours / 24, 1 / usual.daily_payments, "three days", "days without a payment")


def _hour(code: str, evidence: Evidence) -> Explanation:
    hour = f"{evidence.quantities.hour_of_day or 0:02.0f}:00 UTC"
    hours = evidence.account.hours if code == "own_hour" else evidence.view.hours
    busiest = max(range(24), key=hours.__getitem__) if hours else 12
    rarity = getattr(evidence.quantities, code)
    of = (
        f"{10**rarity:.1f} times rarer than an even share"
        if code != "hour_of_day"
        else "learnt from verdicts"
    )
    return Explanation(hour, f"most around {busiest:02d}:00 UTC", of, "hour of the day")


def _novelty(kind: str, uses: str, value: Callable[[Transaction], str | None]) -> _Explain:
    def explanation(code: str, evidence: Evidence) -> Explanation:
        known = len(getattr(evidence.account, uses).first_hours)
        rarity = getattr(evidence.quantities, code)
        new = "known to the account"
        if rarity:
            new = f"new, as one of {one_in(rarity).removeprefix('1 payment in ')} payments of the account is"
        return Explanation(value(evidence.transaction) or "", f"{known} known", new, kind)

    return explanation


def _small(_: str, evidence: Evidence) -> Explanation:
    return Explanation(evidence.quantities.small_payments or 0, 0.0, 2.0, "small payments in a row")


def _under(_: str, evidence: Evidence) -> Explanation:
    return Explanation(
        evidence.quantities.under_limit or 0, 0.0, 2.0, "large payments just under a round amount"
    )


def _travel(_: str, evidence: Evidence) -> Explanation:
    speed = 100 * expm1(evidence.quantities.travel or 0.0)
    return Explanation(speed, "the card's last position", "an airliner's 900", "km/h")


def _accounts(place: str) -> _Explain:
    def explanation(code: str, evidence: Evidence) -> Explanation:
        value = getattr(evidence.quantities, code)
        if code in evidence.raw:
            return Explanation(
                "many accounts at once", "few", _rarity(code, evidence), f"accounts new to this {place}"
            )
        return Explanation(value, 0.0, 1.0, f"other accounts that began to use this {place} lately")

    return explanation


def _risk(code: str, evidence: Evidence) -> Explanation:
    risk = (evidence.merchant if code == "merchant_risk" else evidence.account).risk
    frauds = [each.timestamp for each in risk.verdicts if each.is_fraud]
    days = max(0.0, (evidence.transaction.timestamp - max(frauds, default=0)) / MILLISECONDS_PER_DAY)
    noun = "fraud" if len(frauds) == 1 else "frauds"
    return Explanation(
        round(probability_of(getattr(evidence.quantities, code)), 4),
        f"{len(frauds)} confirmed {noun}, the latest {days:.0f} days before",
        0.0,
        "probability of fraud here",
    )


_EXPLANATIONS: Final[Mapping[str, _Explain]] = {
    "amount": _amount,
    "amount_rarity": _amount,
    "amount_to_usual": _amount,
    "amount_deviation": _amount,
    "category_amount": _category_amount,
    "amount_anomaly": _amount,
    "unknown_amount": _amount,
    "record_amount": _record,
    "hour_spend": _spend(1 / 24),
    "hour_spend_to_usual": _spend(1 / 24),
    "day_spend_to_usual": _spend(1),
    "week_spend_to_usual": _spend(7),
    "hour_pace": _pace(1 / 24),
    "day_pace": _pace(1),
    "week_count": _logarithm("payments within a week"),
    "largest_of_day": _logarithm("USD, the greatest payment of the day before"),
    "largest_of_five": lambda code, evidence: Explanation(
        exp(evidence.raw[code]), "any", _rarity(code, evidence), "USD, the greatest of the last five payments"
    ),
    "smallest_of_five": _logarithm("USD, the least of the last five payments"),
    "recent_rarity": _recent,
    "rest": _rest,
    "account_age": _logarithm("days since its first payment"),
    "hour_of_day": _hour,
    "own_hour": _hour,
    "population_hour": _hour,
    "new_merchant": _novelty("merchant", "merchants", lambda each: each.merchant_id),
    "new_category": _novelty("merchant category", "categories", lambda each: each.merchant_category),
    "new_country": _novelty("country", "countries", lambda each: each.country),
    "new_device": _novelty("device", "devices", lambda each: each.device_id),
    "new_address": _novelty("network address", "networks", lambda each: each.network),
    "new_channel": _novelty("channel", "channels", lambda each: each.channel),
    "new_currency": _novelty("currency", "currencies", lambda each: each.currency),
    "small_payments": _small,
    "under_limit": _under,
    "travel": _travel,
    "merchant_first_uses": _accounts("merchant"),
    "device_accounts": _accounts("device"),
    "address_accounts": _accounts("address"),
    "merchant_risk": _risk,
    "account_risk": _risk,
}
