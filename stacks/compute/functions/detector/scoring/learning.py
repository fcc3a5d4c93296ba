"""Teaches an account's profile one transaction, in constant time."""

from bisect import bisect_left
from math import exp
from typing import Final

from stacks.compute.functions.detector.scoring.amounts import AmountStatistics
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import (
    HEAT_WEARS_OFF,
    HOURS,
    SUSPICION_STEPS,
    AccountProfile,
    Position,
)
from stacks.compute.functions.detector.scoring.rules import (
    REMEMBERED_TRANSACTIONS,
    SHORTEST_REST_DAYS,
    Rules,
)
from stacks.compute.functions.detector.scoring.state import single
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    Transaction,
    key_of,
    short_key,
)
from stacks.compute.functions.detector.scoring.uses import Uses

REMEMBERED_CURRENCIES: Final = 4
REMEMBERED_CATEGORIES: Final = 12
REMEMBERED_COUNTRIES: Final = 12
REMEMBERED_DEVICES: Final = 8
REMEMBERED_MERCHANTS: Final = 12
_NOTICED_REST: Final = SHORTEST_REST_DAYS * MILLISECONDS_PER_DAY
_HOURS_WINDOW: Final = 128
_CATEGORY_MEMORY: Final = 64
_CATEGORY_CAP: Final = 4.0
_CATEGORY_WEIGHT: Final = 4.0


def learn(
    account: AccountProfile, transaction: Transaction, own_suspicion: float, rules: Rules, view: View
) -> bool:
    """Teach the profile one transaction, in place; tell whether it changed.

    A duplicate, or a transaction older than all that are remembered, changes nothing.
    """
    timestamp = transaction.timestamp
    suspicion = int(own_suspicion * SUSPICION_STEPS)
    entry = (timestamp, key_of(transaction.transaction_id), single(transaction.amount), suspicion)
    if not _remember(account, entry):
        return False
    rested = timestamp - account.last_at
    if suspicion or account.heat:
        _heat(account, rested, suspicion)
    if not account.count:
        account.first_at = timestamp
    elif rested > _NOTICED_REST:
        account.awakened_at, account.rested = timestamp, rested
    if rested > 0:
        account.last_at = timestamp
    elif timestamp < account.first_at:
        account.first_at = timestamp
    account.count += 1
    _count_hour(account.hours, timestamp)
    _learn_amount(account, transaction, rules, view)
    _learn_uses(account, transaction)
    return True


def _remember(account: AccountProfile, entry: tuple[int, int, float, int]) -> bool:
    recent = account.recent
    if recent and entry[0] <= recent[-1][0]:
        place = bisect_left(recent, entry[:2])
        if place == 0 and len(recent) >= REMEMBERED_TRANSACTIONS:
            return False
        if place < len(recent) and recent[place][:2] == entry[:2]:
            return False
        recent.insert(place, entry)
    else:
        recent.append(entry)
    if len(recent) > REMEMBERED_TRANSACTIONS:
        del recent[0]
    return True


def _heat(account: AccountProfile, rested: int, suspicion: int) -> None:
    """Wear the heat off until this transaction, and add its own suspicion, worn off where it comes late."""
    share = suspicion / SUSPICION_STEPS
    if rested >= 0:
        heat = account.heat * exp(-rested / HEAT_WEARS_OFF) + share if account.heat else share
        account.heat = heat if heat > 1e-3 else 0.0
    else:
        account.heat += share * exp(rested / HEAT_WEARS_OFF)


def _count_hour(hours: bytearray, timestamp: int) -> None:
    hour = timestamp // MILLISECONDS_PER_HOUR % HOURS
    hours[hour] += 1
    if hours[hour] >= _HOURS_WINDOW:
        for each in range(HOURS):
            hours[each] >>= 1


def usual_ratio(account: AccountProfile, category: str, view: View) -> tuple[int, float]:
    """Return how many transactions the account has in a category, and their size in units of any other's.

    The population's ratio stands in for the account's own until there is some history.
    """
    ratio = view.ratios.get(category, 1.0)
    own = account.category_amounts.get(category)
    if own is None:
        return 0, ratio
    count, mean = own
    return count, ratio * (count * mean + _CATEGORY_WEIGHT) / (count + _CATEGORY_WEIGHT)


def _learn_amount(account: AccountProfile, transaction: Transaction, rules: Rules, view: View) -> None:
    currency, amount = transaction.currency, transaction.amount
    known = account.amounts.get(currency)
    if known is None:
        if len(account.amounts) >= REMEMBERED_CURRENCIES:
            del account.amounts[min(account.amounts, key=lambda each: (account.amounts[each].last_at, each))]
        known = account.amounts[currency] = AmountStatistics()
    category = transaction.merchant_category
    if category is not None:
        amount /= view.ratios.get(category, 1.0)
        if known.count and known.mean:
            _learn_category_amount(account, category, amount / known.mean)
            count, mean = account.category_amounts[category]
            amount /= (count * mean + _CATEGORY_WEIGHT) / (count + _CATEGORY_WEIGHT)
    known.learn(amount, transaction.timestamp, rules.baseline, view.spread)


def _learn_category_amount(account: AccountProfile, category: str, multiple: float) -> None:
    means = account.category_amounts
    count, mean = means.pop(category, (0, 1.0))
    # The first few are drawn to the account's mean; capped, so that a fraud does not become a habit.
    multiple = min(multiple, _CATEGORY_CAP * (count * mean + _CATEGORY_WEIGHT) / (count + _CATEGORY_WEIGHT))
    steps = min(count + 1, _CATEGORY_MEMORY)
    means[category] = (min(count + 1, _CATEGORY_MEMORY), mean + (multiple - mean) / steps)
    if len(means) > REMEMBERED_CATEGORIES:
        del means[next(iter(means))]


def _learn_uses(account: AccountProfile, transaction: Transaction) -> None:
    timestamp = transaction.timestamp
    if account.merchants is None:
        account.merchants = Uses()
    account.merchants.learn(short_key(transaction.merchant_id), timestamp, REMEMBERED_MERCHANTS)
    if (category := transaction.merchant_category) is not None:
        if account.categories is None:
            account.categories = Uses()
        account.categories.learn(category, timestamp, REMEMBERED_CATEGORIES)
    if (country := transaction.country) is not None:
        if account.countries is None:
            account.countries = Uses()
        account.countries.learn(country, timestamp, REMEMBERED_COUNTRIES)
    if (device := transaction.device_id) is not None:
        if account.devices is None:
            account.devices = Uses()
        account.devices.learn(short_key(device), timestamp, REMEMBERED_DEVICES)
    if (latitude := transaction.latitude) is not None and (longitude := transaction.longitude) is not None:
        position = account.position
        if transaction.card_present is not False and (position is None or timestamp >= position.timestamp):
            account.position = Position(timestamp, latitude, longitude)
