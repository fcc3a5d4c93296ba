"""How rare values are taken to be until the population has taught better."""

from collections.abc import Mapping
from typing import Final

from stacks.compute.functions.detector.scoring.tail import FINE_PER_UNIT, PER_UNIT, Quantiles, Sketch

ASSUMED: Final[Mapping[str, Quantiles]] = {
    "merchant_first_uses": Quantiles(0.0, 1.2, 1.8),
    "amount_rarity": Quantiles(3.7, 5.9, 6.6),
    "hour_spend": Quantiles(4.0, 6.0, 6.7),
    "largest_of_five": Quantiles(4.9, 6.6, 7.2),
    "amount_to_usual": Quantiles(-0.1, 1.1, 1.6),
    "amount_deviation": Quantiles(0.1, 1.8, 2.5),
    "category_amount": Quantiles(-0.2, 1.5, 2.1),
    "record_amount": Quantiles(-1.0, 0.3, 0.7),
    "hour_spend_to_usual": Quantiles(-0.1, 1.0, 1.4),
    "day_spend_to_usual": Quantiles(-0.2, 0.7, 1.1),
    "week_spend_to_usual": Quantiles(-0.2, 0.5, 0.8),
    "hour_pace": Quantiles(-0.5, 0.5, 1.0),
    "day_pace": Quantiles(-0.1, 1.0, 1.5),
    "travel": Quantiles(0.0, 0.3, 1.8),
}
"""Quantity measured as a rarity -> its quantiles until the population has taught better; those of the
generated worlds (tools/analyst/worlds), a median payment of 40 dollars among them."""

PER_UNIT_OF: Final = {name: FINE_PER_UNIT if name == "amount_rarity" else PER_UNIT for name in ASSUMED}
"""Quantity -> classes of its sketch for each unit of the raw value."""

NO_TAILS: Final = {name: Sketch(PER_UNIT_OF[name]).tail(assumed) for name, assumed in ASSUMED.items()}
"""Tails of an unknown population."""
