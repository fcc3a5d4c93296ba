"""The price list: a dated file with unit prices and their sources.

The free tier is left out, because it applies once per account.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Price:
    """A tiered unit price.

    Attributes:
        service: Service on the bill.
        unit: Name of the unit.
        tiers: Upper limit in units per month (None for the last tier), and US dollars per unit.
        source: URL of AWS's price page.
    """

    service: str
    unit: str
    tiers: tuple[tuple[float | None, float], ...]
    source: str

    def of(self, quantity: float) -> float:
        """Return the cost of a monthly quantity."""
        left, below, cost = quantity, 0.0, 0.0
        for limit, usd in self.tiers:
            units = left if limit is None else min(left, limit - below)
            cost += units * usd
            left -= units
            below = limit or below
        return cost


@dataclass(frozen=True)
class PriceList:
    """All prices, and the date of the list."""

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
