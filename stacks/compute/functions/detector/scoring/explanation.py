"""What a reason tells people of a quantity: what was seen, what is usual, how rare that is, in which unit."""

from collections.abc import Callable, Mapping
from math import exp, expm1
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.account import HOURS
from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.quantities import OF_ANY_FORM, RAW
from stacks.compute.functions.detector.scoring.scorecard import probability_of
from stacks.compute.functions.detector.scoring.tail import COUNTED_DECADES
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT
from stacks.compute.functions.detector.scoring.ways import speed

_LEARNT: Final = "learnt from verdicts"


class Explanation(NamedTuple):
    """The middle of a `Reason`."""

    observed: float | str
    baseline: float | str
    threshold: float | str
    unit: str


class Finding(NamedTuple):
    """A quantity that has points.

    Attributes:
        code: Its name.
        value: What was measured.
        evidence: The payment's.
    """

    code: str
    value: float
    evidence: Evidence


def explain(finding: Finding) -> Explanation:
    """Describe what was found."""
    return _EXPLANATIONS[finding.code](finding)


def _raw(finding: Finding) -> float:
    raw = RAW[finding.code](finding.evidence)
    return 0.0 if raw is None else raw


_Explain = Callable[[Finding], Explanation]


def one_in(decades: float) -> str:
    """Return a rarity as people say it, to two digits, and no more than has been counted."""
    return f"1 payment in {float(f'{10 ** min(decades, COUNTED_DECADES):.2g}'):,.0f}"


def _amount(finding: Finding) -> Explanation:
    """A payment's amount against the account's usual one, in the payment's currency."""
    evidence = finding.evidence
    transaction, usual = evidence.transaction, evidence.usual
    if not evidence.account.count:
        baseline: float | str = "no history"
    else:
        in_category = usual.value / usual.normal
        baseline = usual.mean * in_category / DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    threshold = _LEARNT if finding.code in OF_ANY_FORM else one_in(finding.value)
    return Explanation(transaction.amount, baseline, threshold, transaction.currency)


def _category_amount(finding: Finding) -> Explanation:
    transaction, usual = finding.evidence.transaction, finding.evidence.usual
    scale = finding.evidence.view.categories[usual.category or 0]
    typical = exp(scale.logarithm) / DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    threshold = _LEARNT if finding.code in OF_ANY_FORM else one_in(finding.value)
    return Explanation(transaction.amount, typical, threshold, transaction.currency)


def _record(finding: Finding) -> Explanation:
    transaction, usual = finding.evidence.transaction, finding.evidence.usual
    record = finding.evidence.account.record * usual.value / usual.normal
    record /= DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    return Explanation(transaction.amount, record, one_in(finding.value), transaction.currency)


def _spend(days: float) -> _Explain:
    def explanation(finding: Finding) -> Explanation:
        usual = finding.evidence.usual
        expected = usual.mean + usual.daily_payments * usual.mean * days
        spent = exp(_raw(finding)) * (1.0 if finding.code == "hour_spend" else expected)
        return Explanation(spent, expected, one_in(finding.value), "USD")

    return explanation


def _pace(days: float) -> _Explain:
    def explanation(finding: Finding) -> Explanation:
        account = finding.evidence.account
        counted = account.hour_count if days < 1 else account.day_count
        period = "an hour" if days < 1 else "a day"
        usual = finding.evidence.usual.daily_payments * days
        return Explanation(counted + 1, usual, one_in(finding.value), f"payments within {period}")

    return explanation


def _logarithm(unit: str) -> _Explain:
    """A quantity of any form, which is a logarithm: its curve is learnt from verdicts."""

    def explanation(finding: Finding) -> Explanation:
        return Explanation(exp(finding.value), "any", _LEARNT, unit)

    return explanation


def _recent(finding: Finding) -> Explanation:
    decades = expm1(finding.value)
    return Explanation(
        f"{decades:.1f} decades beyond the usual",
        "nothing rare",
        "any rare payment",
        "rare payments of the last day",
    )


def _rest(finding: Finding) -> Explanation:
    usual = finding.evidence.usual
    return Explanation(usual.hours / 24, 1 / usual.daily_payments, "three days", "days without a payment")


def _hour(finding: Finding) -> Explanation:
    hour = f"{finding.evidence.hour % HOURS:02d}:00 UTC"
    hours = finding.evidence.account.hours if finding.code == "own_hour" else finding.evidence.view.hours
    busiest = max(range(HOURS), key=hours.__getitem__) if hours else 12
    of = (
        f"{10**finding.value:.1f} times rarer than an even share"
        if finding.code != "hour_of_day"
        else _LEARNT
    )
    return Explanation(hour, f"most around {busiest:02d}:00 UTC", of, "hour of the day")


def _novelty(kind: str, uses: str, used: Callable[[Transaction], str | None]) -> _Explain:
    def explanation(finding: Finding) -> Explanation:
        known = len(getattr(finding.evidence.account, uses).first_hours)
        new = "known to the account"
        if finding.value:
            new = f"new, as in {one_in(finding.value)}"
        return Explanation(used(finding.evidence.transaction) or "", f"{known} known", new, kind)

    return explanation


def _small(finding: Finding) -> Explanation:
    return Explanation(finding.value, 0.0, 2.0, "small payments in a row")


def _under(finding: Finding) -> Explanation:
    return Explanation(finding.value, 0.0, 2.0, "large payments just under a round amount")


def _rise(finding: Finding) -> Explanation:
    return Explanation(finding.value, 0.0, 1.0, "rank correlation of amount and time")


def _travel(finding: Finding) -> Explanation:
    return Explanation(
        speed(finding.evidence) or 0.0, "the card's last position", one_in(finding.value), "km/h"
    )


def _accounts(place: str) -> _Explain:
    def explanation(finding: Finding) -> Explanation:
        if finding.code in RAW:
            return Explanation(
                "many accounts at once", "few", one_in(finding.value), f"accounts new to this {place}"
            )
        return Explanation(
            finding.value, 0.0, 1.0, f"other accounts that recently started to use this {place}"
        )

    return explanation


def _risk(finding: Finding) -> Explanation:
    risk = (finding.evidence.merchant if finding.code == "merchant_risk" else finding.evidence.account).risk
    frauds = [each.timestamp for each in risk.verdicts if each.is_fraud]
    days = max(0.0, (finding.evidence.transaction.timestamp - max(frauds, default=0)) / MILLISECONDS_PER_DAY)
    noun = "fraud" if len(frauds) == 1 else "frauds"
    return Explanation(
        round(probability_of(finding.value), 4),
        f"{len(frauds)} confirmed {noun}, the latest {days:.0f} days before",
        0.0,
        "probability of fraud here",
    )


_EXPLANATIONS: Final[Mapping[str, _Explain]] = {
    "amount": _amount,
    "amount_multiple": _amount,
    "category_multiple": _category_amount,
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
    "largest_of_five": lambda finding: Explanation(
        exp(_raw(finding)), "any", one_in(finding.value), "USD, the greatest of the last five payments"
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
    "steady_rise": _rise,
    "travel": _travel,
    "merchant_first_uses": _accounts("merchant"),
    "device_accounts": _accounts("device"),
    "address_accounts": _accounts("address"),
    "merchant_risk": _risk,
    "account_risk": _risk,
}
