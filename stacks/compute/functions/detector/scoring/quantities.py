"""The scorecard's quantities, by name: each is a function of the `Evidence`.

Each is computed from what was known before the payment, in constant time, and only where a rules file reads
it. None means that it cannot be told, as where the payment does not carry the field; a None has no points.
Rarities are in decades of the population (`tail`), novelties in decades of the account (`uses`) and, where it
is little known, of everybody (`novelties`), hours likewise: so one decade means the same everywhere.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Final

from stacks.compute.functions.detector.scoring import amounts, others, patterns, spending, ways
from stacks.compute.functions.detector.scoring.account import HOURS
from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.tail import COUNTED_DECADES

Measure = Callable[[Evidence], float | None]

RAW: Final[Mapping[str, Measure]] = {
    "merchant_first_uses": others.raw_merchant_first_uses,
    "amount_rarity": amounts.raw_amount,
    "hour_spend": spending.raw_hour_spend,
    "largest_of_five": spending.raw_largest_of_five,
    "amount_to_usual": amounts.raw_to_usual,
    "amount_deviation": amounts.raw_deviation,
    "category_amount": amounts.raw_category,
    "record_amount": amounts.raw_record,
    "hour_spend_to_usual": spending.raw_hour_spend_to_usual,
    "day_spend_to_usual": spending.raw_day_spend_to_usual,
    "week_spend_to_usual": spending.raw_week_spend_to_usual,
    "hour_pace": spending.raw_hour_pace,
    "day_pace": spending.raw_day_pace,
    "travel": ways.raw_travel,
}
"""Quantity that is a rarity -> what is rare: the value that sampled payments teach the population."""


def rarity(name: str) -> Measure:
    """Return the measure of a raw value's rarity in the population, in decades."""
    raw_of = RAW[name]

    def measure(evidence: Evidence) -> float | None:
        raw = raw_of(evidence)
        return None if raw is None else evidence.view.tails[name].rarity(raw)

    return measure


def hour_pace(evidence: Evidence) -> float | None:
    """Return how rare the pace of the hour is; on an account's first day, no rarer than is counted.

    Nobody knows yet at which pace a new account pays.
    """
    raw = spending.raw_hour_pace(evidence)
    if raw is None:
        return None
    decades = evidence.view.tails["hour_pace"].rarity(raw)
    is_new = evidence.hour < evidence.first_hour + HOURS
    return min(decades, COUNTED_DECADES) if is_new else decades


def travel(evidence: Evidence) -> float | None:
    """Return how rare it is to move so fast; where an airliner does, no rarer than a flight may be.

    However few flights were seen, people fly. What nobody can do is as rare as it is counted.
    """
    if evidence.transaction.card_present is not True:
        return None  # before the work: so it is for most payments
    decades = _TRAVEL(evidence)
    if decades is None or decades <= _FLIGHT_DECADES:
        return decades
    moved = ways.speed(evidence)
    return _FLIGHT_DECADES if moved is not None and moved <= ways.AIRLINER else decades


_TRAVEL: Final = rarity("travel")
_FLIGHT_DECADES: Final = 2.0
"""One payment in a hundred."""

MEASURES: Final[Mapping[str, Measure]] = {
    "amount": attrgetter("log_value"),
    "amount_multiple": amounts.raw_to_usual,
    "category_multiple": amounts.raw_category,
    "amount_rarity": attrgetter("amount_rarity"),
    "amount_to_usual": rarity("amount_to_usual"),
    "amount_deviation": attrgetter("amount_deviation"),
    "category_amount": attrgetter("category_amount"),
    "amount_anomaly": amounts.amount_anomaly,
    "unknown_amount": amounts.unknown_amount,
    "record_amount": rarity("record_amount"),
    "hour_spend": rarity("hour_spend"),
    "hour_spend_to_usual": rarity("hour_spend_to_usual"),
    "day_spend_to_usual": rarity("day_spend_to_usual"),
    "week_spend_to_usual": rarity("week_spend_to_usual"),
    "hour_pace": hour_pace,
    "day_pace": rarity("day_pace"),
    "week_count": spending.week_count,
    "largest_of_day": spending.largest_of_day,
    "largest_of_five": rarity("largest_of_five"),
    "smallest_of_five": spending.smallest_of_five,
    "recent_rarity": spending.recent_rarity,
    "rest": spending.rest,
    "account_age": spending.account_age,
    "hour_of_day": ways.hour_of_day,
    "own_hour": ways.own_hour,
    "population_hour": ways.population_hour,
    **{name: ways.novelty(name) for name in ways.NOVELTIES},
    "small_payments": patterns.small_payments,
    "under_limit": patterns.under_limit,
    "steady_rise": patterns.steady_rise,
    "travel": travel,
    "merchant_first_uses": others.merchant_first_uses,
    "device_accounts": others.device_accounts,
    "address_accounts": others.address_accounts,
    "merchant_risk": others.merchant_risk,
    "account_risk": others.account_risk,
}
"""Name in the rules file -> its measure."""

NAMES: Final = tuple(MEASURES)
SHARING_QUANTITIES: Final = frozenset({"merchant_first_uses", "device_accounts", "address_accounts"})
"""Quantities of new places: without one they are None."""

PLACE_QUANTITIES: Final = frozenset({"merchant_risk", "account_risk"})
"""What says nothing about what the account itself did."""

OF_ANY_FORM: Final = frozenset(
    {
        "amount", "amount_multiple", "category_multiple", "week_count", "largest_of_day", "smallest_of_five",
        "account_age", "hour_of_day",
    }
)  # fmt: skip
"""Quantities whose curve may rise and fall. Every other means the more risk, the greater it is."""
