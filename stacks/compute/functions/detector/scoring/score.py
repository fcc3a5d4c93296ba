"""The rules, and how their reasons make one score.

A rule that measures contributes `weight * x^2 / (1 + x^2)`, where x is the observed value in units of its
threshold: nothing below the threshold, half the weight at it, four fifths at twice the threshold. A rule
that knows only yes or no contributes its weight. The score is 1 - product of (1 - contribution): reasons
support each other, none is counted beyond certainty, and the reasons alone give the score again
(`combine`).
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.profile import (
    MILLISECONDS_PER_DAY,
    AccountProfile,
    MerchantProfile,
    Transaction,
    Uses,
)
from stacks.compute.functions.detector.scoring.rules import FirstUse, Rules

_CONTRIBUTION_DIGITS: Final = 6
_MILLISECONDS_PER_MINUTE: Final = 60_000
_MILLISECONDS_PER_HOUR: Final = 3_600_000
_NO_HISTORY: Final = "no history"
_NAMED_USES: Final = 5


class Reason(NamedTuple):
    """One rule that was hit.

    Attributes:
        code: The rule's name in the rules file.
        observed: What the transaction shows.
        baseline: What is usual for the account.
        threshold: From where on the rule is hit.
        unit: What the numbers among the three count.
        contribution: Share in the score, from 0 to the rule's weight.
    """

    code: str
    observed: float | str
    baseline: float | str
    threshold: float | str
    unit: str
    contribution: float


class Decision(NamedTuple):
    """The outcome for one transaction; `reasons` begins with the one that contributes most."""

    score: float
    suspicious: bool
    reasons: tuple[Reason, ...]
    alert_threshold: float
    rules_version: str


def score(
    transaction: Transaction, account: AccountProfile, merchant: MerchantProfile, rules: Rules
) -> Decision:
    """Score a transaction from 0 (nothing speaks against it) to 1, by what was known before it. Pure."""
    found = [reason for rule in _RULES if (reason := rule(transaction, account, merchant, rules)) is not None]
    found.sort(key=_by_contribution)
    total = combine(reason.contribution for reason in found)
    return Decision(
        score=total,
        suspicious=total >= rules.alert_threshold,
        reasons=tuple(found),
        alert_threshold=rules.alert_threshold,
        rules_version=rules.version,
    )


def combine(contributions: Iterable[float]) -> float:
    """Return the score that contributions make together."""
    remaining = 1.0
    for contribution in contributions:
        remaining *= 1.0 - contribution
    return 1.0 - remaining


def _by_contribution(reason: Reason) -> tuple[float, str]:
    return -reason.contribution, reason.code


def _graded(weight: float, times_threshold: float) -> float:
    # In this form no square overflows.
    return round(weight / (1.0 + (1.0 / times_threshold) ** 2), _CONTRIBUTION_DIGITS)


def _amount_limit(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    rule = rules.amount_limit
    limit = rule.limits.get(transaction.currency, rule.other_currencies)
    if limit is None or transaction.amount < limit or not rule.weight:
        return None
    amounts = account.amounts.get(transaction.currency)
    return Reason(
        code="amount_limit",
        observed=transaction.amount,
        baseline=amounts.mean if amounts else _NO_HISTORY,
        threshold=limit,
        unit=transaction.currency,
        contribution=_graded(rule.weight, transaction.amount / limit),
    )


def _amount_deviation(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    rule = rules.amount_deviation
    amounts = account.amounts.get(transaction.currency)
    if amounts is None or amounts.count < rule.minimum_history or not rule.weight:
        return None
    limit_above_mean = rule.deviations * amounts.deviation(rules.baseline)
    above_mean = transaction.amount - amounts.mean
    if above_mean < limit_above_mean:
        return None
    return Reason(
        code="amount_deviation",
        observed=transaction.amount,
        baseline=amounts.mean,
        threshold=amounts.mean + limit_above_mean,
        unit=transaction.currency,
        contribution=_graded(rule.weight, above_mean / limit_above_mean),
    )


def _velocity(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    """The window that is exceeded most; the windows overlap, so they do not add up."""
    rule = rules.velocity
    if not account.count or not rule.weight:
        return None
    # A young account's pace is taken over a whole day, or its first hour would look like a habit.
    known_for = max(account.last_at - account.first_at, MILLISECONDS_PER_DAY)
    greatest, strongest = 0.0, None
    for window in rule.windows:
        milliseconds = window.minutes * _MILLISECONDS_PER_MINUTE
        usual = account.count * milliseconds / known_for
        limit = max(float(window.transactions), rule.times_usual * usual)
        observed = 1 + account.count_within(transaction.timestamp, milliseconds)
        if observed >= limit and observed / limit > greatest:
            greatest, strongest = observed / limit, (window, observed, usual, limit)
    if strongest is None:
        return None
    window, observed, usual, limit = strongest
    return Reason(
        code="velocity",
        observed=float(observed),
        baseline=usual,
        threshold=limit,
        unit=f"transactions in {window.minutes} minutes",
        contribution=_graded(rule.weight, greatest),
    )


def _new_merchant_category(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    rule, uses, category = rules.new_merchant_category, account.categories, transaction.merchant_category
    if category is None or not _is_first_use(category, uses, rule):
        return None
    return _first_use("new_merchant_category", category, uses, rule, "merchant category")


def _new_country(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    rule, uses, country = rules.new_country, account.countries, transaction.country
    if country is None or not _is_first_use(country, uses, rule):
        return None
    return _first_use("new_country", country, uses, rule, "country")


def _is_first_use(value: str, uses: Uses, rule: FirstUse) -> bool:
    return rule.weight > 0 and uses.count >= rule.minimum_history and value not in uses.last_days


def _first_use(code: str, value: str, uses: Uses, rule: FirstUse, unit: str) -> Reason:
    return Reason(
        code=code,
        observed=value,
        baseline=", ".join(uses.latest(_NAMED_USES)),
        threshold=f"first use after {rule.minimum_history} transactions",
        unit=unit,
        contribution=rule.weight,
    )


def _improbable_travel(
    transaction: Transaction, account: AccountProfile, _: MerchantProfile, rules: Rules
) -> Reason | None:
    rule, last = rules.improbable_travel, account.position
    if last is None or transaction.latitude is None or transaction.longitude is None or not rule.weight:
        return None
    kilometres = kilometres_between(
        last.latitude, last.longitude, transaction.latitude, transaction.longitude
    )
    if kilometres < rule.minimum_kilometres:
        return None
    # A late arrival is compared backwards in time; within a minute clocks are not exact enough to divide by.
    apart = max(abs(transaction.timestamp - last.timestamp), _MILLISECONDS_PER_MINUTE)
    speed = kilometres * _MILLISECONDS_PER_HOUR / apart
    if speed < rule.kilometres_per_hour:
        return None
    return Reason(
        code="improbable_travel",
        observed=speed,
        baseline=f"{kilometres:.0f} km apart within {apart / _MILLISECONDS_PER_MINUTE:.0f} minutes",
        threshold=rule.kilometres_per_hour,
        unit="km/h",
        contribution=_graded(rule.weight, speed / rule.kilometres_per_hour),
    )


def _watched_merchant(
    transaction: Transaction, _: AccountProfile, merchant: MerchantProfile, rules: Rules
) -> Reason | None:
    weight = rules.watched_merchant.weight
    if transaction.timestamp >= merchant.watched_until or not weight:
        return None
    return Reason(
        code="watched_merchant",
        observed=transaction.merchant_id,
        baseline="merchants that nobody watches",
        threshold="on watch",
        unit="merchant",
        contribution=weight,
    )


_Rule = Callable[[Transaction, AccountProfile, MerchantProfile, Rules], Reason | None]

_RULES: Final[tuple[_Rule, ...]] = (
    _amount_limit,
    _amount_deviation,
    _velocity,
    _new_merchant_category,
    _new_country,
    _improbable_travel,
    _watched_merchant,
)
