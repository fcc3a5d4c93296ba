"""Typologies: payments of a certain kind in a row."""

from itertools import combinations
from math import exp
from operator import attrgetter
from typing import Final

from stacks.compute.functions.detector.scoring.account import REMEMBERED_PAYMENTS
from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.rounding import is_just_under
from stacks.compute.functions.detector.scoring.usual import Usual

_SMALL: Final = 0.2
"""A payment below this share of the usual one is small, as when a stolen card is tried out."""

_LARGE: Final = 1.5
"""One of so many times the usual is large."""

_KNOWN_PAYMENTS: Final = 3
"""Payments from which on it is known what is small for an account."""

_SOME_SMALL: Final = 1.5
"""Small payments within the hour, worn off, that make a large one after them suspicious: two."""

_AFTER_SMALL: Final = 2.0
"""A large payment after small ones counts as so many small ones more: it is what they were for."""

_UNDER_LIMIT_HOURS: Final = 3 * 24.0
"""Time constant in hours: who divides a sum does so within days."""

_HALF: Final = REMEMBERED_PAYMENTS // 2
_value_of: Final = attrgetter("value")


def small_payments(evidence: Evidence) -> float | None:
    """Return the small payments within the hour, this one included; two more for a large one after them."""
    account, usual = evidence.account, evidence.usual
    if account.count < _KNOWN_PAYMENTS:
        return None
    if usual.value < _SMALL * usual.mean:
        return account.small_count * usual.by_hour + 1
    if usual.value > _LARGE * usual.mean:
        small = account.small_count * usual.by_hour
        return small + 1 + _AFTER_SMALL if small > _SOME_SMALL else None
    return None


def under_limit(evidence: Evidence) -> float | None:
    """Return the large payments just under a round amount within days, this one included."""
    usual = evidence.usual
    if not is_large_under_limit(usual, evidence.transaction.amount):
        return None
    return worn_under_limit(evidence.account.under_limit_count, usual.hours) + 1


def steady_rise(evidence: Evidence) -> float | None:
    """Return how steadily the amounts have risen to this one, the largest of the latest 16: from 0 to 1.

    It is Kendall's rank correlation of amount and time (1938), the lesser of both halves: whoever moves to
    another level for good rises once, and not within both. Whoever hides a theft behind ever greater payments
    rises in both.
    """
    recent, usual = evidence.account.recent, evidence.usual
    if len(recent) < REMEMBERED_PAYMENTS:
        return None
    if usual.value <= usual.mean or usual.value <= recent[-1].value:
        return 0.0  # before the work: so it is for three payments in four
    values = list(map(_value_of, recent))
    if usual.value <= max(values):
        return 0.0
    values.append(usual.value)
    latest = _rank_correlation(values[-_HALF:])
    return 0.0 if latest <= 0.0 else max(0.0, min(latest, _rank_correlation(values[-2 * _HALF : -_HALF])))


def _rank_correlation(values: list[float]) -> float:
    pairs = len(values) * (len(values) - 1) // 2
    return 2 * sum(later > earlier for earlier, later in combinations(values, 2)) / pairs - 1


def is_small(usual: Usual, payments: int) -> bool:
    """Return whether a payment is small for an account that has made so many."""
    return payments >= _KNOWN_PAYMENTS and usual.value < _SMALL * usual.mean


def is_large_under_limit(usual: Usual, amount: float) -> bool:
    """Return whether a payment is large for its account, and just under a round amount."""
    return usual.value > _LARGE * usual.mean and is_just_under(amount)


def worn_under_limit(count: float, hours: float) -> float:
    """Return a count of such payments, decayed over some hours."""
    return count * exp(-hours / _UNDER_LIMIT_HOURS) if count else 0.0
