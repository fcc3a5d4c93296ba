"""An account's recent spending and payment rate, this payment included."""

from math import log, log1p, sqrt
from operator import attrgetter
from typing import Final

from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY
from stacks.compute.functions.detector.scoring.usual import Usual

_REST_HOURS: Final = 3 * 24.0
"""A shorter pause is none: most accounts skip a day or two."""

_LATEST: Final = 5
"""Payments that are the last ones."""

_NO_PAYMENT: Final = -5.0
"""Logarithm used where there is no payment; the smallest amount, a cent, has -4.6."""

_USUAL_TIMES: Final = 2.0
"""An account whose payments are rare as a rule is excused so many times what it usually adds up to."""

_value_of: Final = attrgetter("value")


def raw_hour_spend(evidence: Evidence) -> float | None:
    """Return the logarithm of the dollars of an hour, without the season."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    return log(account.hour_spend * usual.by_hour + usual.value) - evidence.view.season


def raw_hour_spend_to_usual(evidence: Evidence) -> float | None:
    """Return the logarithm of an hour's sum as a multiple of what the account lets expect."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    spent = account.hour_spend * usual.by_hour + usual.value
    return log(spent / (usual.mean + usual.daily_payments * usual.mean / 24)) - evidence.view.season


def raw_day_spend_to_usual(evidence: Evidence) -> float | None:
    """Return the same of a day's sum."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    spent = account.day_spend * usual.by_day + usual.value
    return log(spent / (usual.mean + usual.daily_payments * usual.mean)) - evidence.view.season


def raw_week_spend_to_usual(evidence: Evidence) -> float | None:
    """Return the same of a week's sum."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    spent = account.week_spend * usual.by_week + usual.value
    return log(spent / (usual.mean + 7 * usual.daily_payments * usual.mean)) - evidence.view.season


def pace_of(payments: float, usual: Usual) -> float:
    """Return how many more payments within an hour there are than a day's let expect, in standard deviations.

    Square roots make the deviation of a count the same, whatever its mean (Anscombe, 1948).
    """
    return 2 * (sqrt(payments + 1) - sqrt(usual.daily_payments / 24 + 1))


def raw_hour_pace(evidence: Evidence) -> float | None:
    """Return the same of this hour, beyond its recent fastest: it may pay in runs."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    return pace_of(account.hour_count * usual.by_hour, usual) - account.fastest_pace


def raw_day_pace(evidence: Evidence) -> float | None:
    """Return the same within a day."""
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    return 2 * (sqrt(account.day_count * usual.by_day + 1) - sqrt(usual.daily_payments + 1))


def raw_largest_of_five(evidence: Evidence) -> float | None:
    """Return the logarithm of the greatest value of the last five payments, in dollars."""
    latest = evidence.account.recent[-_LATEST:]
    return log(max(map(_value_of, latest))) if latest else None


def smallest_of_five(evidence: Evidence) -> float | None:
    """Return the logarithm of the least value of the last five payments, in dollars."""
    latest = evidence.account.recent[-_LATEST:]
    return log(min(map(_value_of, latest))) if latest else None


def largest_of_day(evidence: Evidence) -> float | None:
    """Return the logarithm of the greatest of the last day's payments, in dollars."""
    recent = evidence.account.recent
    if not recent:
        return None
    since, largest = evidence.transaction.timestamp - MILLISECONDS_PER_DAY, 0.0
    for payment in reversed(recent):
        if payment.timestamp < since:
            break
        largest = max(largest, payment.value)
    return log(largest) if largest else _NO_PAYMENT


def week_count(evidence: Evidence) -> float | None:
    """Return the logarithm of the payments of a week."""
    account = evidence.account
    return log1p(account.week_count * evidence.usual.by_week) if account.count else None


def recent_rarity(evidence: Evidence) -> float | None:
    """Return the logarithm of the summed rarity of the last day's payments, beyond what is usual here.

    Usual are so many payments as the account makes a day, each as rare as its payments are.
    """
    account, usual = evidence.account, evidence.usual
    if not account.count:
        return None
    payments = min(account.day_count * usual.by_day, usual.daily_payments + 1)
    beyond = account.rarity_sum * usual.by_day - _USUAL_TIMES * account.usual_rarity * payments
    return log1p(beyond) if beyond > 0.0 else 0.0


def rest(evidence: Evidence) -> float | None:
    """Return the logarithm of the time since the last payment in units of the usual, after three days."""
    usual = evidence.usual
    return log1p(usual.hours / 24 * usual.daily_payments) if usual.hours > _REST_HOURS else None


def account_age(evidence: Evidence) -> float | None:
    """Return the logarithm of the days since the account's first payment."""
    account = evidence.account
    if not account.count:
        return None
    return log1p(max(0, evidence.transaction.timestamp - account.first_at) / MILLISECONDS_PER_DAY)
