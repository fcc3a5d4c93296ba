"""Teaches an account's profile one payment, in constant time.

Fraudsters send payments too, so what is suspicious is held back: it moves the usual amount by a
quarter of one payment, capped near what was usual, and no merchant, device, country or hour becomes known by
it. A legitimate verdict teaches what was held back; a verdict of fraud takes out what the payment had taught.
"""

from bisect import bisect_left
from math import exp, log, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring import spending
from stacks.compute.functions.detector.scoring.account import (
    DAY_CONSTANT,
    HABIT_CONSTANT,
    HOURS,
    REMEMBERED_PAYMENTS,
    SUSPICION_STEPS,
    USES,
    WEEK_CONSTANT,
    AccountProfile,
    CategoryHabit,
    Position,
    Remembered,
)
from stacks.compute.functions.detector.scoring.amounts import rarity_of_amount
from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.keys import key_of
from stacks.compute.functions.detector.scoring.patterns import (
    is_large_under_limit,
    is_small,
    worn_under_limit,
)
from stacks.compute.functions.detector.scoring.payees import clear_payee, learn_payee
from stacks.compute.functions.detector.scoring.state import single
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction
from stacks.compute.functions.detector.scoring.usual import CATEGORY_WEIGHT, Usual

MEMORY: Final = 128.0
"""Maximum number of payments in the memory of the usual amount."""

SUSPICIOUS_WEIGHT: Final = 0.25
"""Payments that a suspicious one counts for: an honest account that pays more is followed in the end."""

_COUNTED_WEIGHT: Final = 0.6
"""Payments that a suspicious one counts for in the account's pace: if fewer, an account that pays more for
good would look too fast for ever; if all, a burst would soon look usual."""

_CAP_DEVIATIONS: Final = 2.0
"""Standard deviations above the usual amount to which one payment moves it at most."""

_SUSPICIOUS_CAP_DEVIATIONS: Final = 1.0
"""The same of a suspicious payment."""

_CLEARED_DEVIATIONS: Final = 4.0
"""What an analyst cleared may move the usual amount further, yet one payment alone not without bound."""

HELD_BACK: Final = 0.03
"""From this probability of fraud on a payment teaches its account nearly nothing until it is cleared."""

_RECORD_HOURS: Final = 120 * 24.0
"""Time constant in hours of the greatest amount and the fastest pace: of a year ago a twentieth counts."""

_RARITY_MEMORY: Final = 50
"""Maximum number of payments in the memory of the usual rarity."""

_RARITY_SEEN: Final = 5
"""Payments of no rarity that a new account is taken to have made, so that its first one is not its usual."""

_PAUSE_HOURS: Final = 3.0
"""A pause in hours that ends a run of payments."""

_SUSPICIOUS_RUN: Final = 0.5
"""By how much of the difference a suspicious run raises the fastest pace: who pays in runs is followed in
the end."""

_HOURS_WINDOW: Final = 128.0
"""Payments at which the counts by hour are halved, so that an account may change its rhythm."""

_CATEGORY_MEMORY: Final = 64
"""Maximum number of payments in the memory of a category habit."""

_LEAST_IN_CATEGORY, _MOST_IN_CATEGORY = -2.0, 1.4
"""Logarithm over what was expected that one payment counts with, from a seventh to four times it. As
`_CAP_DEVIATIONS` does, it keeps one fraud from making the next one usual."""

_MERCHANTS, _CATEGORIES, _COUNTRIES, _DEVICES, _NETWORKS, _CHANNELS, _CURRENCIES = 40, 24, 8, 6, 6, 4, 4
"""Values of a field that a profile keeps; so many that a mature one has less than 1 KB."""


def learn(
    account: AccountProfile,
    transaction: Transaction,
    evidence: Evidence,
    *,
    own_suspicion: float,
    suspicious: bool,
) -> bool:
    """Teach the profile one payment, in place; return whether it changed.

    A duplicate, or a payment older than all that are remembered, changes nothing.
    """
    timestamp, usual = transaction.timestamp, evidence.usual
    _learn_pace(account, usual)
    entry = Remembered(
        timestamp,
        key_of(transaction.transaction_id),
        single(usual.value),
        int(own_suspicion * SUSPICION_STEPS),
    )
    if not _remember(account.recent, entry):
        return False
    weight, counted = (SUSPICIOUS_WEIGHT, _COUNTED_WEIGHT) if suspicious else (1.0, 1.0)
    rarity = rarity_of_amount(evidence)
    _count(account, transaction, usual, rarity, counted)
    _learn_rarity(account, rarity, weight)
    if not account.count:
        account.first_at = account.last_at = timestamp
    elif timestamp > account.last_at:
        account.last_at = timestamp
    elif timestamp < account.first_at:
        account.first_at = timestamp
    learn_payee(
        *(account.payees, transaction),
        times_usual=usual.normal / usual.mean,
        payments=account.count,
        suspicious=suspicious,
    )
    account.count += 1
    learn_amount(account, usual, weight=weight, suspicious=suspicious)
    if not suspicious:
        learn_ways(account, transaction)
    return True


def _remember(recent: list[Remembered], entry: Remembered) -> bool:
    if recent and entry.timestamp <= recent[-1].timestamp:
        place = bisect_left(recent, entry[:2])
        if place == 0 and len(recent) >= REMEMBERED_PAYMENTS:
            return False
        if place < len(recent) and recent[place][:2] == entry[:2]:
            return False
        recent.insert(place, entry)
    else:
        recent.append(entry)
    if len(recent) > REMEMBERED_PAYMENTS:
        del recent[0]
    return True


def _count(
    account: AccountProfile, transaction: Transaction, usual: Usual, rarity: float, weight: float
) -> None:
    """Decay the counters to the payment's time and add it; a late payment is decayed instead."""
    hours, value = usual.hours, usual.value
    kept_hour, kept_day, kept_week = usual.by_hour, usual.by_day, usual.by_week
    new_hour = new_day = new_week = 1.0
    if usual.is_late:
        kept_hour, new_hour = new_hour, kept_hour
        kept_day, new_day = new_day, kept_day
        kept_week, new_week = new_week, kept_week
    account.hour_count = account.hour_count * kept_hour + new_hour
    account.day_count = account.day_count * kept_day + new_day
    account.week_count = account.week_count * kept_week + new_week
    account.habit_count = account.habit_count * exp(-hours / HABIT_CONSTANT) + weight
    account.hour_spend = account.hour_spend * kept_hour + value * new_hour
    account.day_spend = account.day_spend * kept_day + value * new_day
    account.week_spend = account.week_spend * kept_week + value * new_week
    account.small_count = account.small_count * kept_hour + is_small(usual, account.count) * new_hour
    is_under = is_large_under_limit(usual, transaction.amount)
    account.under_limit_count = worn_under_limit(account.under_limit_count, hours) + is_under
    account.rarity_sum = account.rarity_sum * kept_day + rarity * new_day


def _learn_rarity(account: AccountProfile, rarity: float, weight: float) -> None:
    """Draw what is usual for the account toward the rarity of an amount."""
    memory = min(account.count + _RARITY_SEEN, _RARITY_MEMORY)
    account.usual_rarity += weight / memory * (rarity - account.usual_rarity)


def _learn_pace(account: AccountProfile, usual: Usual) -> None:
    """Raise the account's fastest pace to that at the end of a run, once a pause has ended it.

    So a run of payments teaches once, however long it is, and never about itself.
    """
    account.fastest_pace *= exp(-usual.hours / _RECORD_HOURS)
    if not account.recent or usual.hours < _PAUSE_HOURS:
        return
    faster = spending.pace_of(account.hour_count - 1, usual) - account.fastest_pace
    if faster > 0:
        suspicious = account.recent[-1].suspicion >= HELD_BACK * SUSPICION_STEPS
        account.fastest_pace += _SUSPICIOUS_RUN * faster if suspicious else faster


def learn_amount(account: AccountProfile, usual: Usual, *, weight: float, suspicious: bool) -> None:
    """Draw the usual amount toward a payment, capped so that one fraud does not make the next look usual."""
    normal = usual.normal
    if account.learnt:
        deviations = _SUSPICIOUS_CAP_DEVIATIONS if suspicious else _CAP_DEVIATIONS
        cap = usual.mean + deviations * usual.deviation
        if normal > cap:
            normal = cap
    if account.learnt >= MEMORY:
        account.squares -= account.squares * weight / account.learnt
        account.learnt -= weight
    distance = normal - account.mean
    account.learnt += weight
    account.mean += weight * distance / account.learnt
    account.squares += weight * distance * (normal - account.mean)
    account.record *= exp(-usual.hours / _RECORD_HOURS)
    if not suspicious:
        if normal > account.record:
            account.record = normal
        if usual.category is not None and account.count > 1:
            _learn_category(account, usual.category, usual)


def _learn_category(account: AccountProfile, category: int, usual: Usual) -> None:
    habits = account.category_habits
    count, logarithm = habits.pop(category, usual.habit)
    drawn = logarithm * count / (count + CATEGORY_WEIGHT)
    above = log(usual.normal / usual.mean) + drawn
    if above < _LEAST_IN_CATEGORY:
        above = _LEAST_IN_CATEGORY
    elif above > _MOST_IN_CATEGORY + drawn:
        above = _MOST_IN_CATEGORY + drawn
    count = count + 1 if count < _CATEGORY_MEMORY else _CATEGORY_MEMORY
    habits[category] = CategoryHabit(count, logarithm + (above - logarithm) / count)
    if len(habits) > _CATEGORIES:
        del habits[next(iter(habits))]


def learn_ways(account: AccountProfile, transaction: Transaction) -> None:
    """Make known what a payment used: its hour, merchant, device and so on."""
    timestamp = transaction.timestamp
    hour = timestamp // MILLISECONDS_PER_HOUR
    hours = account.hours
    hours[hour % HOURS] += 1
    account.hours_sum += 1
    if account.hours_sum >= _HOURS_WINDOW:
        account.hours = [each / 2 for each in hours]
        account.hours_sum /= 2
    account.merchants.learn(transaction.merchant_id, hour, _MERCHANTS)
    account.currencies.learn(transaction.currency, hour, _CURRENCIES)
    if (category := transaction.merchant_category) is not None:
        account.categories.learn(category, hour, _CATEGORIES)
    if (country := transaction.country) is not None:
        account.countries.learn(country, hour, _COUNTRIES)
    if (device := transaction.device_id) is not None:
        account.devices.learn(device, hour, _DEVICES)
    if (channel := transaction.channel) is not None:
        account.channels.learn(channel, hour, _CHANNELS)
    if (network := transaction.network) is not None:
        account.networks.learn(network, hour, _NETWORKS)
    latitude, longitude, position = transaction.latitude, transaction.longitude, account.position
    if latitude is None or longitude is None or transaction.card_present is not True:
        return
    if position is None or timestamp >= position.timestamp:
        account.position = Position(timestamp, latitude, longitude)


def unlearn(account: AccountProfile, transaction: Transaction) -> None:
    """Take out, as far as it can be told, what a payment had taught that was confirmed as fraud."""
    paid, timestamp = transaction.value, transaction.timestamp
    hours = max(0.0, (account.last_at - timestamp) / MILLISECONDS_PER_HOUR)
    if account.learnt > 1:
        deviation = sqrt(max(account.squares, 0.0) / account.learnt)
        taught = min(paid, account.mean + _CAP_DEVIATIONS * deviation)
        distance = taught - account.mean
        account.learnt -= 1
        account.mean = max(account.mean - distance / account.learnt, 0.0)
        account.squares = max(account.squares - distance * distance, 0.0)
    account.day_spend = max(account.day_spend - paid * exp(-hours / DAY_CONSTANT), 0.0)
    account.week_spend = max(account.week_spend - paid * exp(-hours / WEEK_CONSTANT), 0.0)
    account.habit_count = max(account.habit_count - exp(-hours / HABIT_CONSTANT), 0.0)
    hour = timestamp // MILLISECONDS_PER_HOUR
    for known, used in USES.items():
        value = getattr(transaction, used)
        if value is not None:
            getattr(account, known).forget(value, hour)


def clear(account: AccountProfile, transaction: Transaction) -> None:
    """Teach what was held back of a payment that turned out to be legitimate."""
    value = transaction.value
    deviation = sqrt(max(account.squares, 0.0) / account.learnt) if account.learnt else 0.0
    normal = min(value, account.mean + _CLEARED_DEVIATIONS * deviation) if account.learnt else value
    distance = normal - account.mean
    account.learnt += 1
    account.mean += distance / account.learnt
    account.squares += distance * (normal - account.mean)
    account.record = max(account.record, value)
    clear_payee(account.payees, transaction)
    learn_ways(account, transaction)
