"""What the account never did: first uses, an unusual hour, a journey that nobody makes."""

from collections.abc import Callable
from typing import Final

from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import HOURS, AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Reason, full, graded
from stacks.compute.functions.detector.scoring.rules import FirstUse, ImprobableTravel, UnusualHour
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    MILLISECONDS_PER_MINUTE,
    Transaction,
    short_key,
)
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual
from stacks.compute.functions.detector.scoring.uses import Uses

_NAMED_USES: Final = 5
_TRAVEL_POWER: Final = 2
_EVEN_SHARE: Final = 3 / HOURS
_EVEN_WEIGHT: Final = 4.0
_SEEN_OFTEN: Final = 4


def new_merchant(rule: FirstUse) -> Evaluator:
    """A merchant that the account did not pay before."""
    return _first_use(rule, "new_merchant", "merchant", lambda account: account.merchants, _merchant)


def new_merchant_category(rule: FirstUse) -> Evaluator:
    """A merchant category that the account did not pay in before."""
    return _first_use(
        rule, "new_merchant_category", "merchant category", lambda account: account.categories, _category
    )


def new_country(rule: FirstUse) -> Evaluator:
    """A country that the account did not pay in before."""
    return _first_use(rule, "new_country", "country", lambda account: account.countries, _country)


def new_device(rule: FirstUse) -> Evaluator:
    """A device that the account was not used from before."""
    return _first_use(rule, "new_device", "device", lambda account: account.devices, _device)


_Value = tuple[str | int, str]


def _merchant(transaction: Transaction) -> _Value | None:
    return short_key(transaction.merchant_id), transaction.merchant_id


def _device(transaction: Transaction) -> _Value | None:
    device = transaction.device_id
    return None if device is None else (short_key(device), device)


def _category(transaction: Transaction) -> _Value | None:
    category = transaction.merchant_category
    return None if category is None else (category, category)


def _country(transaction: Transaction) -> _Value | None:
    country = transaction.country
    return None if country is None else (country, country)


def _first_use(
    rule: FirstUse,
    code: str,
    unit: str,
    uses_of: Callable[[AccountProfile], Uses | None],
    value_of: Callable[[Transaction], _Value | None],
) -> Evaluator:
    minimum_history, new_for, usual_share = rule.minimum_history, rule.new_for_hours, rule.usual_share
    threshold = f"first use after {minimum_history} transactions"

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        uses = uses_of(account)
        if uses is None or uses.count < minimum_history:
            return None
        # An account that does new things all the time does nothing new by it.
        used_to_it = uses.fresh_share() / usual_share
        if used_to_it >= 1 or (value := value_of(transaction)) is None:
            return None
        first = uses.first_hours.get(value[0])
        if first is not None:
            hour = transaction.timestamp // MILLISECONDS_PER_HOUR
            # Within the account's own first days, everything is new.
            at_first = first * MILLISECONDS_PER_HOUR < account.first_at + MILLISECONDS_PER_DAY
            if hour - first >= new_for or at_first:
                return None
        contribution = full(rule.weight * (1.0 - used_to_it) * view.rarity.get(code, 1.0))
        if not contribution:
            return None
        if isinstance(value[0], int):
            baseline = f"{len(uses.first_hours)} known, {uses.fresh_share():.0%} of payments at a new one"
        else:
            baseline = ", ".join(each for each in uses.latest(_NAMED_USES + 1) if each != value[0])
        return Reason(code, value[1], baseline, threshold, unit, contribution)

    return evaluate


def unusual_hour(rule: UnusualHour) -> Evaluator:
    """An hour of the day (UTC) around which the account hardly ever pays."""
    minimum_history, share, weight = rule.minimum_history, rule.share, rule.weight

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        hours = account.hours
        hour = transaction.timestamp // MILLISECONDS_PER_HOUR % HOURS
        near = hours[hour - 1] + hours[hour] + hours[hour + 1 - HOURS]
        if near > _SEEN_OFTEN or account.count < minimum_history:
            return None
        observed = (near + _EVEN_WEIGHT * _EVEN_SHARE) / (sum(hours) + _EVEN_WEIGHT)
        if observed >= share:
            return None
        contribution = full(weight * (1.0 - observed / share) * view.rarity.get("unusual_hour", 1.0))
        if not contribution:
            return None
        busiest = max(range(HOURS), key=hours.__getitem__)
        return Reason(
            "unusual_hour",
            f"{hour:02d}:00 UTC, {observed:.1%} of its payments",
            f"most around {busiest:02d}:00 UTC",
            f"{share:.1%} of its payments",
            "hour of the day",
            contribution,
        )

    return evaluate


def improbable_travel(rule: ImprobableTravel) -> Evaluator:
    """A position that nobody reaches in the time since the last one; an absent card does not travel."""
    weight, least = rule.weight, rule.minimum_kilometres

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        last, latitude, longitude = account.position, transaction.latitude, transaction.longitude
        if last is None or latitude is None or longitude is None or transaction.card_present is False:
            return None
        kilometres = kilometres_between(last.latitude, last.longitude, latitude, longitude)
        if kilometres < least:
            return None
        # A late arrival is compared backwards; within a minute clocks are not exact enough to divide by.
        apart = max(abs(transaction.timestamp - last.timestamp), MILLISECONDS_PER_MINUTE)
        speed = kilometres * MILLISECONDS_PER_HOUR / apart
        if speed < rule.kilometres_per_hour:
            return None
        weighted = weight * view.rarity.get("improbable_travel", 1.0)
        contribution = graded(weighted, speed / rule.kilometres_per_hour, _TRAVEL_POWER)
        if not contribution:
            return None
        return Reason(
            "improbable_travel",
            speed,
            f"{kilometres:.0f} km apart within {apart / MILLISECONDS_PER_MINUTE:.0f} minutes",
            rule.kilometres_per_hour,
            "km/h",
            contribution,
        )

    return evaluate
