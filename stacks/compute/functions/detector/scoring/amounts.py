"""How rare a payment's amount is: in the population, in its merchant category and for its account."""

from math import log, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring.evidence import Evidence

_SOME_HISTORY: Final = 5
"""Payments from which on an account's usual amount excuses a large one, and its greatest one is a record."""

_KNOWN_PAYMENTS: Final = 3
"""An account of fewer payments is unknown."""

_OWN_NOTICED: Final = 2.0
"""From so many decades on an account's own usual amount is rare for others, and excuses its large ones."""

_RARITY_NOTICED: Final = 1.0
"""Decades up to which an amount is as usual: one payment in ten has it."""

_RARITY_AT_MOST: Final = 3.0
"""Decades that one payment adds to what its account remembers, so that one is never taken for several."""


def rate_amount(evidence: Evidence) -> None:
    """Set how rare the amount is by three measures, which learning needs whatever the card reads."""
    account, view, usual = evidence.account, evidence.view, evidence.usual
    tails, level = view.tails, evidence.log_value - view.season
    has_history = account.count >= _SOME_HISTORY

    tail = tails["amount_rarity"]
    rarity = tail.rarity(level)
    if has_history and rarity > _OWN_NOTICED:
        rarity = _excused(rarity, tail.rarity(_own_level(evidence)))
    evidence.amount_rarity = rarity

    evidence.category_amount = None
    scale = view.categories.get(usual.category)
    if scale is not None:
        tail = tails["category_amount"]
        rarity = tail.rarity(scale.deviations(level))
        if has_history and rarity > _OWN_NOTICED:
            rarity = _excused(rarity, tail.rarity(scale.deviations(_own_level(evidence))))
        evidence.category_amount = rarity

    above = raw_deviation(evidence)
    evidence.amount_deviation = None if above is None else tails["amount_deviation"].rarity(above)


def _own_level(evidence: Evidence) -> float:
    """Return the logarithm of what the account might usually pay here, without the season."""
    usual = evidence.usual
    return log((usual.mean + usual.deviation) * usual.value / usual.normal) - evidence.view.season


def _excused(rarity: float, own: float) -> float:
    """Take off what is rare in the population and usual for the account, as the payments of a business."""
    return rarity - max(0.0, own - _OWN_NOTICED)


def rarity_of_amount(evidence: Evidence) -> float:
    """Return how rare the amount is by the three measures together, in decades beyond the usual."""
    together = evidence.amount_rarity + (evidence.amount_deviation or 0.0) + (evidence.category_amount or 0.0)
    beyond = together / 2 - _RARITY_NOTICED
    if beyond <= 0.0:
        return 0.0
    return beyond if beyond < _RARITY_AT_MOST else _RARITY_AT_MOST


def raw_amount(evidence: Evidence) -> float:
    """Return the logarithm of the value in dollars, without the season."""
    return evidence.log_value - evidence.view.season


def raw_category(evidence: Evidence) -> float | None:
    """Return the standard deviations above what is paid in the category, without the season."""
    scale = evidence.view.categories.get(evidence.usual.category)
    return None if scale is None else scale.deviations(raw_amount(evidence))


def raw_to_usual(evidence: Evidence) -> float | None:
    """Return the logarithm of the amount as a multiple of the account's usual one."""
    usual = evidence.usual
    return log(usual.normal / usual.mean) if evidence.account.count else None


def raw_deviation(evidence: Evidence) -> float | None:
    """Return the standard deviations above the account's usual amount, of log-normal amounts."""
    if not evidence.account.count:
        return None
    usual = evidence.usual
    return (log(usual.normal / usual.mean) + usual.variance / 2) / sqrt(usual.variance)


def raw_record(evidence: Evidence) -> float | None:
    """Return the logarithm of the amount as a multiple of the account's recent maximum."""
    account = evidence.account
    if account.count < _SOME_HISTORY or not account.record:
        return None
    return log(evidence.usual.normal / account.record)


def amount_anomaly(evidence: Evidence) -> float:
    """Return the greatest of `amount_rarity`, `amount_deviation` and `category_amount`."""
    return max(evidence.amount_rarity, evidence.amount_deviation or 0.0, evidence.category_amount or 0.0)


def unknown_amount(evidence: Evidence) -> float | None:
    """Return `amount_rarity` of an account with fewer than three payments."""
    return evidence.amount_rarity if evidence.account.count < _KNOWN_PAYMENTS else None
