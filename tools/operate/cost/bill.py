"""The monthly bill: quantities times prices, by service and layer."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tools.operate.cost.model import DAYS_IN_A_MONTH, SECONDS_IN_A_MONTH, Line, Load, lines
from tools.operate.cost.prices import PriceList
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import Usage

MILLION = 1e6
KEY_REQUESTS_OF_AN_EVENT = 2
"""At most: one to encrypt it onto the bus, one to read it for the rule; AWS names no cache."""
POLLS_OF_A_SHARD = 4
"""A second: how often Lambda polls a shard of a stream; Pipes polls no less."""
GIGABYTES_OF_A_PARTITION = 10
"""DynamoDB's; a stream has a shard for each."""


@dataclass(frozen=True)
class Charge:
    """A line with its cost."""

    line: Line
    service: str
    usd: float


@dataclass(frozen=True)
class Bill:
    """The cost of a load in an environment."""

    setting: Setting
    usage: Usage
    prices: PriceList
    load: Load

    def charges(self) -> list[Charge]:
        """Return each line with its cost; lines with the same price share its tiers in proportion."""
        of_load = lines(self.setting, self.usage, self.load)
        quantities: Counter[str] = Counter()
        for line in of_load:
            quantities[line.price] += line.quantity  # type: ignore[assignment]  # a Counter adds floats as well
        charges = []
        for line in of_load:
            price, together = self.prices.prices[line.price], quantities[line.price]
            usd = price.of(together) * line.quantity / together if together else 0.0
            charges.append(Charge(line, price.service, usd))
        return charges

    @property
    def total(self) -> float:
        """Return the total per month in US dollars."""
        return sum(charge.usd for charge in self.charges())

    def summed(self, key: Callable[[Charge], str]) -> dict[str, float]:
        """Return the totals by `key`, highest first."""
        sums: dict[str, float] = {}
        for charge in self.charges():
            sums[key(charge)] = sums.get(key(charge), 0.0) + charge.usd
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

    def at(self, **changes: Any) -> "Bill":
        """Return the bill for another load."""
        return replace(self, load=replace(self.load, **changes))

    def under(self, **changes: Any) -> "Bill":
        """Return the bill for another setting."""
        return replace(self, setting=replace(self.setting, **changes))

    @property
    def idle(self) -> float:
        """Return the monthly cost without transactions and storage."""
        return self.at(per_day=0).total

    def marginal(self, *, batched: bool) -> float:
        """Return the cost of a million more transactions, without storage."""
        bill = self.at(batched=batched)
        more = bill.at(per_day=self.load.per_day + MILLION / DAYS_IN_A_MONTH)
        return _moving(more.charges()) - _moving(bill.charges())

    def marginal_by_service(self, *, batched: bool) -> dict[str, float]:
        """Return the cost of a million more transactions by service, highest first."""
        bill = self.at(batched=batched)
        more = bill.at(per_day=self.load.per_day + MILLION / DAYS_IN_A_MONTH)
        sums: dict[str, float] = {}
        for of_more, of_less in zip(more.charges(), bill.charges(), strict=True):
            if not of_more.line.stored:
                sums[of_more.service] = sums.get(of_more.service, 0.0) + of_more.usd - of_less.usd
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

    @property
    def kept_per_million(self) -> float:
        """Return the cost of storing a million transactions until they expire."""
        more = self.at(per_day=self.load.per_day + MILLION / DAYS_IN_A_MONTH)
        return (more.total - _moving(more.charges())) - (self.total - _moving(self.charges()))

    def unsettled(self) -> dict[str, float]:
        """Return the maximum of undocumented charges, in US dollars per month."""
        prices = self.prices.prices
        of_events = self.load.per_month * KEY_REQUESTS_OF_AN_EVENT if self.setting.bus_under_our_key else 0.0
        gigabytes = sum(
            charge.line.quantity
            for charge in self.charges()
            if charge.line.what == "transactions" and charge.line.price.endswith("stored_gb")
        )
        shards = max(1.0, gigabytes / GIGABYTES_OF_A_PARTITION)
        polls = shards * POLLS_OF_A_SHARD * SECONDS_IN_A_MONTH
        return {
            "key requests of the bus": prices["key_requests"].of(of_events),
            "reads of the stream by the pipe": prices["stream_reads"].of(polls),
        }

    def as_json(self) -> dict[str, Any]:
        """Return the content of `build/cost.json`."""

        def rounded(sums: Mapping[str, float]) -> dict[str, float]:
            return {name: round(usd, 2) for name, usd in sums.items()}

        return {
            "environment": self.setting.environment,
            "prices_of": self.prices.date,
            "per_day": self.load.per_day,
            "batched": self.load.batched,
            "monthly_total": round(self.total, 2),
            "idle_monthly": round(self.idle, 2),
            "marginal_per_million": round(self.marginal(batched=False), 3),
            "marginal_per_million_batched": round(self.marginal(batched=True), 3),
            "kept_per_million": round(self.kept_per_million, 3),
            "by_service": rounded(self.summed(lambda charge: charge.service)),
            "by_layer": rounded(self.summed(lambda charge: charge.line.layer)),
            "unsettled_at_most": rounded(self.unsettled()),
        }


def _moving(charges: Iterable[Charge]) -> float:
    return sum(charge.usd for charge in charges if not charge.line.stored)


def in_dollars(amount: float) -> str:
    """Return a formatted amount, with cents only if significant."""
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"
