"""An account's usual amount, and a payment compared with it."""

from math import exp, log1p, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring.account import (
    DAY_CONSTANT,
    HABIT_CONSTANT,
    HOUR_CONSTANT,
    SUSPICION_STEPS,
    WEEK_CONSTANT,
    AccountProfile,
    CategoryHabit,
)
from stacks.compute.functions.detector.scoring.keys import value_key
from stacks.compute.functions.detector.scoring.payees import excused
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction

ASSUMED_WEIGHT: Final = 20.0
"""The population's spread of amounts weighs as much as so many of an account's own payments."""

_TYPICAL_WEIGHT: Final = 2.0
"""The population's typical amount weighs as much as so many of an account's own payments."""

_YOUNG: Final = 2.0
"""The mean of n amounts is uncertain: the spread is taken as 1 + 2/n times what was seen."""
CATEGORY_WEIGHT: Final = 4.0
"""That an account pays in a category as elsewhere weighs as much as so many of its payments there."""

_SETTLED_PAYMENTS: Final = 6
"""Number of payments that make a new level."""

_SETTLED_RANK: Final = 2
"""The third smallest of six payments: four of them are as large or larger."""

_MOST_SETTLED: Final = 4.0
"""A new level is at most so many times the usual one: what is greater has to be cleared by a verdict."""

_SETTLED_AFTER: Final = 20 * MILLISECONDS_PER_HOUR
"""Age in milliseconds from which on a payment counts for a level: its owner had a day to object."""

_SETTLED_SINCE: Final = 40 * MILLISECONDS_PER_HOUR
"""Age that the oldest of them must have, so that no single day makes a level."""

_PACE_PAYMENTS: Final = 0.5
"""Payments, and days, added to those seen: of a new account one payment a day is assumed."""

_HABIT_DAYS: Final = HABIT_CONSTANT / 24
"""Days that an old account's habit looks back."""


class Usual:
    """The account's usual amount, and this payment compared with it.

    Attributes:
        value: This payment's, in dollars.
        normal: The same as it would be outside its merchant category and the season, and at a merchant that
            the account does not use to pay more.
        mean: The account's mean value, drawn toward the population's where little is known.
        deviation: Its standard deviation.
        variance: Variance of the logarithm that mean and deviation of log-normal amounts imply.
        category: Key of the merchant category, None where not given.
        habit: What the account pays in the category.
        daily_payments: How many payments it makes a day.
        hours: Since its last payment, 0 for a late arrival.
        is_late: Whether the account has paid since.
        by_hour: What a counter worn off by the hour keeps over the time between this payment and the last
            one, whichever was made first; `by_day`, `by_week` likewise.
    """

    __slots__ = (
        "by_day", "by_hour", "by_week", "category", "daily_payments", "deviation", "habit", "hours",
        "is_late", "mean", "normal", "value", "variance",
    )  # fmt: skip

    value: float
    normal: float
    mean: float
    deviation: float
    variance: float
    category: int | None
    habit: CategoryHabit
    daily_payments: float
    hours: float
    is_late: bool
    by_hour: float
    by_day: float
    by_week: float


_NO_HABIT: Final = CategoryHabit(0, 0.0)


def settled_level(account: AccountProfile, timestamp: int) -> float:
    """Return what an account has paid for days, 0 where it has not: a new level that nobody objected to.

    It is less than most of the latest payments that are older than a day and were not confirmed as fraud, so
    that neither a burst nor a fraud now and then makes one.
    """
    until, values = timestamp - _SETTLED_AFTER, []
    for paid_at, _, value, suspicion in reversed(account.recent):
        if paid_at <= until and suspicion < SUSPICION_STEPS:
            values.append(value)
            if len(values) == _SETTLED_PAYMENTS:
                return sorted(values)[_SETTLED_RANK] if paid_at <= timestamp - _SETTLED_SINCE else 0.0
    return 0.0


def usual_of(transaction: Transaction, account: AccountProfile, view: View) -> Usual:
    """Return the account's usual amount."""
    usual = Usual()
    usual.value = value = transaction.value
    name = transaction.merchant_category
    usual.category = category = None if name is None else value_key(name)
    habit, ratio, variation = _NO_HABIT, 1.0, 1.0
    if category is not None:
        habit = account.category_habits.get(category, _NO_HABIT)
        ratio = view.ratios.get(category, 1.0)
        variation = view.variations.get(category, 1.0)
    usual.habit = habit
    in_category = 0.0
    if habit is not _NO_HABIT:
        payments, logarithm = habit
        in_category = logarithm * payments / (payments + CATEGORY_WEIGHT)
    known = account.learnt
    mean = (known * account.mean + _TYPICAL_WEIGHT * view.typical) / (known + _TYPICAL_WEIGHT)
    assumed = view.spread * mean
    seen = sqrt((ASSUMED_WEIGHT * assumed * assumed + account.squares) / (ASSUMED_WEIGHT + known))
    deviation = seen * (1.0 + _YOUNG / (account.count + 1))
    share = deviation / mean
    usual.variance = log1p(share * share) * variation * variation
    normal = value / ratio * exp(-in_category - view.season)
    if normal > mean + deviation:
        before = excused(account.payees, transaction) if account.payees else 0.0
        if before * normal > mean * value:
            normal = mean * value / before
        if normal > mean + deviation and account.count >= _SETTLED_PAYMENTS:
            level = settled_level(account, transaction.timestamp) * exp(-view.season)
            level = min(level, _MOST_SETTLED * account.mean)
            if level > mean:
                mean, deviation = level, share * level
    usual.normal, usual.mean, usual.deviation = normal, mean, deviation
    _set_pace(usual, account, transaction.timestamp)
    return usual


def _set_pace(usual: Usual, account: AccountProfile, timestamp: int) -> None:
    """Set what depends on the time since the last payment."""
    apart = age = 0.0
    if account.count:
        age = max(0, timestamp - account.first_at) / MILLISECONDS_PER_HOUR
        apart = (timestamp - account.last_at) / MILLISECONDS_PER_HOUR
    usual.is_late = apart < 0.0
    usual.hours = hours = 0.0 if apart < 0.0 else apart
    # Payments of long ago count less, and so do the days in which they were made.
    days = _HABIT_DAYS * (1.0 - exp(-age / HABIT_CONSTANT))
    paid = account.habit_count * exp(-hours / HABIT_CONSTANT)
    usual.daily_payments = (paid + _PACE_PAYMENTS) / (days + _PACE_PAYMENTS)
    apart = abs(apart)
    usual.by_hour = exp(-apart / HOUR_CONSTANT)
    usual.by_day = exp(-apart / DAY_CONSTANT)
    usual.by_week = exp(-apart / WEEK_CONSTANT)
