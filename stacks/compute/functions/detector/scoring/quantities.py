"""What is measured of a payment: the quantities that the scorecard has points for.

Each is computed from what was known before the payment, in constant time. None means that it cannot be told,
as where the payment does not carry the field; a None has no points. `RARITIES` are in decades of the
population (`tail`), novelties in decades of the account (`uses`), hours likewise: so one decade means the
same everywhere.
"""

from math import exp, log, log1p, log10, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring.account import (
    DAY_CONSTANT,
    HOUR_CONSTANT,
    HOURS,
    WEEK_CONSTANT,
    AccountProfile,
)
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.rounding import is_just_under
from stacks.compute.functions.detector.scoring.sharing import Kind, Sharing
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    Transaction,
)
from stacks.compute.functions.detector.scoring.usual import Usual

_HOURS_WEIGHT: Final = 10.0
_SOME_HISTORY: Final = 5
_KNOWN_PAYMENTS: Final = 3
_BURST: Final = 2.4
"""First uses of a merchant that are fewer standard deviations too many are chance: three at a new one."""

_OWN_NOTICED: Final = 2.0
"""From so many decades on an account's own usual amount is rare for others, and excuses its large ones."""

_REST_HOURS: Final = 3 * 24.0
SMALL: Final = 0.2
"""A payment below this share of the usual one is small, as when a stolen card is tried out."""

LARGE: Final = 1.5
"""One of so many times the usual is large."""

_AFTER_SMALL: Final = 2.0
UNDER_LIMIT_HOURS: Final = 3 * 24.0
_TRAVEL_KILOMETRES: Final = 100.0
_SHORTEST_HOURS: Final = 1 / 60
_LATEST: Final = 5
NO_PAYMENT: Final = -5.0
RARITY_NOTICED: Final = 1.0
RARITY_AT_MOST: Final = 3.0
_SMALLEST_PROBABILITY: Final = 0.001
_LARGEST_PROBABILITY: Final = 0.9999


class Quantities:
    """A payment's quantities, by the name that the scorecard has them under; None where unknown.

    Attributes:
        amount: Logarithm of the value in dollars. Its curve may have any form: it is learnt from verdicts
            alone.
        amount_rarity: How rare so great a value is in the population, less how rare the account's usual
            one is.
        amount_to_usual: How rare so great a multiple of the account's usual amount is.
        amount_deviation: As that, in standard deviations of the account's amounts.
        category_amount: How rare so great an amount is against the merchant category's, less the same.
        amount_anomaly: The greatest of `amount_rarity`, `amount_deviation` and `category_amount`.
        unknown_amount: `amount_rarity` of an account with fewer than three payments, else unknown.
        record_amount: How rare so great a multiple of the account's greatest amount of late is.
        hour_spend: How rare so great a sum within an hour is.
        hour_spend_to_usual: As that, against the account's usual; `day_...` and `week_...` likewise.
        hour_pace: How rare so many payments within an hour are, against the account's usual; `day_pace`
            likewise.
        week_count: Logarithm of the payments of a week. Of any form.
        largest_of_day: Logarithm of the greatest of the last day's payments. Of any form.
        largest_of_five: How rare the greatest of the last five payments was.
        smallest_of_five: Logarithm of the least of them. Of any form.
        recent_rarity: How rare the payments of the last day were, summed.
        rest: Logarithm of the time since the last payment in units of the usual one, after three days.
        account_age: Logarithm of the account's days. Of any form.
        hour_of_day: Hour of the day (UTC). Of any form.
        own_hour: How rarely the account pays at this hour, against an even day, in decades.
        population_hour: How rarely anybody does.
        new_merchant: How rare a payment at a new merchant is for the account, in decades; 0 at a known one.
        new_category: The same of the merchant category; `new_country` ... `new_currency` likewise.
        small_payments: Small payments within the hour, this one included; two more for a large one after
            them.
        under_limit: Large payments just under a round amount within days, this one included.
        travel: Logarithm of the speed, in hundreds of kilometres an hour, since the card was last present.
        merchant_first_uses: How rare so many accounts at a merchant that is new to them are.
        device_accounts: Other accounts that used this device first within a day.
        address_accounts: Other accounts that used this address first within hours.
        merchant_risk: Log-odds that the payment is fraud because its merchant is compromised, from verdicts.
        account_risk: Log-odds that it is because its account is.
    """

    amount: float | None = None
    amount_rarity: float | None = None
    amount_to_usual: float | None = None
    amount_deviation: float | None = None
    category_amount: float | None = None
    amount_anomaly: float | None = None
    unknown_amount: float | None = None
    record_amount: float | None = None
    hour_spend: float | None = None
    hour_spend_to_usual: float | None = None
    day_spend_to_usual: float | None = None
    week_spend_to_usual: float | None = None
    hour_pace: float | None = None
    day_pace: float | None = None
    week_count: float | None = None
    largest_of_day: float | None = None
    largest_of_five: float | None = None
    smallest_of_five: float | None = None
    recent_rarity: float | None = None
    rest: float | None = None
    account_age: float | None = None
    hour_of_day: float | None = None
    own_hour: float | None = None
    population_hour: float | None = None
    new_merchant: float | None = None
    new_category: float | None = None
    new_country: float | None = None
    new_device: float | None = None
    new_address: float | None = None
    new_channel: float | None = None
    new_currency: float | None = None
    small_payments: float | None = None
    under_limit: float | None = None
    travel: float | None = None
    merchant_first_uses: float | None = None
    device_accounts: float | None = None
    address_accounts: float | None = None
    merchant_risk: float | None = None
    account_risk: float | None = None


NAMES: Final = tuple(Quantities.__annotations__)
PLACE_QUANTITIES: Final = frozenset({"merchant_risk", "account_risk"})
"""What says nothing about what the account itself did."""

OF_ANY_FORM: Final = frozenset(
    {"amount", "week_count", "largest_of_day", "smallest_of_five", "account_age", "hour_of_day"}
)
"""Quantities whose curve may rise and fall. Every other means the more risk, the greater it is."""


def measure(  # noqa: PLR0913, PLR0917 - what a score comes from, each named
    transaction: Transaction,
    account: AccountProfile,
    merchant: MerchantProfile,
    sharing: Sharing,
    view: View,
    usual: Usual,
) -> tuple[Quantities, dict[str, float]]:
    """Return a payment's quantities, and the raw values of those that are rarities."""
    quantities = Quantities()
    raw: dict[str, float] = {}
    _amounts(quantities, raw, account, view, usual)
    if account.count:
        _spending(quantities, raw, transaction, account, usual, view.season)
        _latest(quantities, raw, transaction, account)
    _hours(quantities, transaction, account, view)
    _novelties(quantities, transaction, account)
    _patterns(quantities, transaction, account, usual)
    if sharing:
        _sharing(quantities, raw, transaction, sharing)
    if merchant.risk:
        quantities.merchant_risk = _log_odds(
            merchant.risk.estimate(transaction.timestamp, view.merchants).probability
        )
    if account.risk:
        quantities.account_risk = _log_odds(
            account.risk.estimate(transaction.timestamp, view.accounts).probability
        )
    tails = view.tails
    for name, value in raw.items():
        setattr(quantities, name, tails[name].rarity(value))
    if raw.get("merchant_first_uses", _BURST) < _BURST:
        quantities.merchant_first_uses = 0.0
    _excuse(quantities, account, view, usual)
    if account.count < _KNOWN_PAYMENTS:
        quantities.unknown_amount = quantities.amount_rarity
    quantities.amount_anomaly = max(
        quantities.amount_rarity or 0.0, quantities.amount_deviation or 0.0, quantities.category_amount or 0.0
    )
    return quantities, raw


def _amounts(
    quantities: Quantities, raw: dict[str, float], account: AccountProfile, view: View, usual: Usual
) -> None:
    value = log(usual.value)
    quantities.amount = value
    raw["amount_rarity"] = value - view.season
    if usual.category is not None and (scale := view.categories.get(usual.category)) is not None:
        raw["category_amount"] = (value - view.season - scale.logarithm) / scale.deviation
    if account.count:
        above = log(usual.normal / usual.mean)
        raw["amount_to_usual"] = above
        raw["amount_deviation"] = (above + usual.variance / 2) / sqrt(usual.variance)
        if account.count >= _SOME_HISTORY and account.record:
            raw["record_amount"] = log(usual.normal / account.record)


def _excuse(quantities: Quantities, account: AccountProfile, view: View, usual: Usual) -> None:
    """Take off what is rare in the population and usual for the account, as the payments of a business."""
    if account.count < _SOME_HISTORY:
        return
    usual_amount = (usual.mean + usual.deviation) * usual.value / usual.normal
    if (rarity := quantities.amount_rarity or 0.0) > _OWN_NOTICED:
        own = view.tails["amount_rarity"].rarity(log(usual_amount) - view.season)
        quantities.amount_rarity = rarity - max(0.0, own - _OWN_NOTICED)
    if (rarity := quantities.category_amount or 0.0) > _OWN_NOTICED and usual.category is not None:
        scale = view.categories[usual.category]
        deviations = (log(usual_amount) - view.season - scale.logarithm) / scale.deviation
        own = view.tails["category_amount"].rarity(deviations)
        quantities.category_amount = rarity - max(0.0, own - _OWN_NOTICED)


def _spending(  # noqa: PLR0913, PLR0917 - what a sum is compared with, each named
    quantities: Quantities,
    raw: dict[str, float],
    transaction: Transaction,
    account: AccountProfile,
    usual: Usual,
    season: float,
) -> None:
    value, mean, hours, daily = usual.value, usual.mean, usual.hours, usual.daily_payments
    by_hour, by_day, by_week = (
        exp(-hours / HOUR_CONSTANT),
        exp(-hours / DAY_CONSTANT),
        exp(-hours / WEEK_CONSTANT),
    )
    hour_spend = account.hour_spend * by_hour + value
    raw["hour_spend"] = log(hour_spend) - season
    raw["hour_spend_to_usual"] = log(hour_spend / (mean + daily * mean / 24)) - season
    raw["day_spend_to_usual"] = log((account.day_spend * by_day + value) / (mean + daily * mean)) - season
    raw["week_spend_to_usual"] = (
        log((account.week_spend * by_week + value) / (mean + 7 * daily * mean)) - season
    )
    # Square roots make the deviation of a count the same, whatever its mean (Anscombe, 1948).
    raw["hour_pace"] = 2 * (sqrt(account.hour_count * by_hour + 1) - sqrt(daily / 24 + 1))
    raw["day_pace"] = 2 * (sqrt(account.day_count * by_day + 1) - sqrt(daily + 1))
    quantities.week_count = log1p(account.week_count * by_week)
    quantities.recent_rarity = log1p(account.rarity_sum * by_day)
    if hours > _REST_HOURS:
        quantities.rest = log1p(hours / 24 * daily)
    age = max(0, transaction.timestamp - account.first_at)
    quantities.account_age = log1p(age / MILLISECONDS_PER_DAY)


def _latest(
    quantities: Quantities, raw: dict[str, float], transaction: Transaction, account: AccountProfile
) -> None:
    values = [each.value for each in account.recent[-_LATEST:]]
    if not values:
        return
    raw["largest_of_five"] = log(max(values))
    quantities.smallest_of_five = log(min(values))
    since, largest = transaction.timestamp - MILLISECONDS_PER_DAY, 0.0
    for payment in reversed(account.recent):
        if payment.timestamp < since:
            break
        largest = max(largest, payment.value)
    quantities.largest_of_day = log(largest) if largest else NO_PAYMENT


def _hours(quantities: Quantities, transaction: Transaction, account: AccountProfile, view: View) -> None:
    hour = transaction.timestamp // MILLISECONDS_PER_HOUR % HOURS
    quantities.hour_of_day = float(hour)
    expected = 1 / HOURS
    if view.hours is not None:
        expected = view.hours[hour]
        quantities.population_hour = -log10(HOURS * expected)
    if account.count >= _SOME_HISTORY:
        hours = account.hours
        near = 0.25 * hours[hour - 1] + 0.5 * hours[hour] + 0.25 * hours[(hour + 1) % HOURS]
        share = (near + _HOURS_WEIGHT * expected) / (sum(hours) + _HOURS_WEIGHT)
        quantities.own_hour = -log10(HOURS * share)


def _novelties(quantities: Quantities, transaction: Transaction, account: AccountProfile) -> None:
    hour, first = transaction.timestamp // MILLISECONDS_PER_HOUR, account.first_at // MILLISECONDS_PER_HOUR
    quantities.new_merchant = account.merchants.novelty(transaction.merchant_id, hour, first)
    quantities.new_currency = account.currencies.novelty(transaction.currency, hour, first)
    if (category := transaction.merchant_category) is not None:
        quantities.new_category = account.categories.novelty(category, hour, first)
    if (country := transaction.country) is not None:
        quantities.new_country = account.countries.novelty(country, hour, first)
    if (device := transaction.device_id) is not None:
        quantities.new_device = account.devices.novelty(device, hour, first)
    if (channel := transaction.channel) is not None:
        quantities.new_channel = account.channels.novelty(channel, hour, first)
    if (network := transaction.network) is not None:
        quantities.new_address = account.networks.novelty(network, hour, first)


def _patterns(
    quantities: Quantities, transaction: Transaction, account: AccountProfile, usual: Usual
) -> None:
    if account.count >= 3:
        small = account.small_count * exp(-usual.hours / HOUR_CONSTANT)
        if usual.value < SMALL * usual.mean:
            quantities.small_payments = small + 1
        elif small > LARGE and usual.value > LARGE * usual.mean:
            quantities.small_payments = small + 1 + _AFTER_SMALL
    if usual.value > LARGE * usual.mean and is_just_under(transaction.amount):
        quantities.under_limit = account.under_limit_count * exp(-usual.hours / UNDER_LIMIT_HOURS) + 1
    position, latitude, longitude = account.position, transaction.latitude, transaction.longitude
    # A card that is not known to be present does not travel: its position may be the merchant's.
    if position is None or latitude is None or longitude is None or transaction.card_present is not True:
        return
    kilometres = kilometres_between(position.latitude, position.longitude, latitude, longitude)
    quantities.travel = 0.0
    if kilometres > _TRAVEL_KILOMETRES:
        apart = abs(transaction.timestamp - position.timestamp) / MILLISECONDS_PER_HOUR
        quantities.travel = log1p(kilometres / max(apart, _SHORTEST_HOURS) / 100)


def _sharing(
    quantities: Quantities, raw: dict[str, float], transaction: Transaction, sharing: Sharing
) -> None:
    timestamp = transaction.timestamp
    for place, uses in sharing.items():
        if place.kind is Kind.MERCHANT:
            raw["merchant_first_uses"] = uses.surplus(timestamp, Kind.MERCHANT)
        elif place.kind is Kind.DEVICE:
            quantities.device_accounts = uses.at(timestamp, Kind.DEVICE)
        else:
            quantities.address_accounts = uses.at(timestamp, Kind.ADDRESS)


def _log_odds(probability: float) -> float | None:
    if probability < _SMALLEST_PROBABILITY:
        return None
    probability = min(probability, _LARGEST_PROBABILITY)
    return log(probability / (1 - probability))
