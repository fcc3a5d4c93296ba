"""The price list: a file with a date, the price of each unit, and where AWS publishes it.

What AWS gives away is left out: it gives it once for each account, whoever else uses that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Price:
    """What a unit costs, in tiers.

    Attributes:
        service: As the bill groups it.
        unit: What is counted, in words.
        tiers: Up to how many units a month (None: all others), and US dollars for each unit.
        source: Page on which AWS publishes it.
    """

    service: str
    unit: str
    tiers: tuple[tuple[float | None, float], ...]
    source: str

    def of(self, quantity: float) -> float:
        """Return what so many units in a month cost."""
        left, below, cost = quantity, 0.0, 0.0
        for limit, usd in self.tiers:
            units = left if limit is None else min(left, limit - below)
            cost += units * usd
            left -= units
            below = limit or below
        return cost


@dataclass(frozen=True)
class PriceList:
    """All prices, and the day of the list."""

    date: str
    prices: Mapping[str, Price]

    @classmethod
    def read(cls, path: Path = FILE) -> "PriceList":
        """Read the file."""
        content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        return cls(
            content["date"],
            {
                name: Price(
                    service=each["service"],
                    unit=each["unit"],
                    tiers=tuple((limit, usd) for limit, usd in each["tiers"]),
                    source=each["source"],
                )
                for name, each in content["prices"].items()
            },
        )
