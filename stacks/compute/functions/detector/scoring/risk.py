"""The verdicts remembered of one place, and what they say about its next payment.

A place, that is a merchant or an account, is idle or compromised; compromised, a share of its payments is
fraud: nearly all, or one of four lesser ones. Verdicts move the probabilities of all these by Bayes' rule:

- a fraud with a cause of its own (`explained`) is little evidence, one without any is strong,
- a genuine payment speaks against compromise, the more the greater the share it denies,
- time wears compromise out as the statistics of all places have learnt (`lifetimes`).

The last `REMEMBERED` verdicts and the first of the current ones are kept, and the estimate is computed from
them each time: the order in which verdicts arrive does not matter, giving one twice changes nothing, and a
changed verdict takes the first one's effect away exactly, as long as it is remembered.
"""

from bisect import bisect_left, insort
from math import exp
from struct import Struct
from typing import Any, Final, Self

from stacks.compute.functions.detector.scoring.lifetimes import (
    Confirmed,
    RiskStatistics,
    contribution,
    evidence,
)
from stacks.compute.functions.detector.scoring.state import pack, single, unpack

REMEMBERED: Final = 24
"""Verdicts kept of one place, at 20 bytes each: a merchant's profile stays below 1 KB."""

SHARES: Final = (0.97, 0.75, 0.5, 0.25, 0.1)
"""Shares of fraud among the payments at a compromised place."""

_MIXED: Final = (0.3, 0.3, 0.2, 0.2)
"""How likely each share but the first is, where not all payments are fraud."""

_BACKGROUND: Final = 0.02
"""Evidence against a payment below this is no better explanation than none."""

_EXPLAINED_AWAY: Final = 0.8
"""A fraud that other evidence explains with this probability says nothing of a place without risk."""

_RESTART: Final = 0.05
"""Probability of compromise below which the next fraud opens a new episode: the last one is over."""

_GENUINE: Final = -1.0
"""Marks a genuine payment in place of `explained`."""

_KEY_BITS: Final = 0xFFFFFFFF
_CLEARING_RUN: Final = 8
"""After so many genuine payments in a row nothing is left to remember."""

_MILLISECONDS_PER_DAY: Final = 86_400_000
_LAYOUT: Final = Struct("<qIfI")


class RiskHistory:
    """The remembered verdicts of one place; empty for nearly every place.

    Attributes:
        verdicts: In order of time; only the methods change them.
    """

    __slots__ = ("verdicts",)

    def __init__(self, verdicts: list[Confirmed] | None = None) -> None:
        self.verdicts = verdicts or []

    def __bool__(self) -> bool:
        return bool(self.verdicts)

    def record_fraud(self, timestamp: int, key: int, explained: float, other: int) -> RiskStatistics | None:
        """Remember a fraud; return what it adds to the statistics, None where nothing changed.

        Args:
            timestamp: Epoch milliseconds of the payment.
            key: Of the payment.
            explained: Probability that the fraud has another cause than this place.
            other: Short key of the other party.
        """
        if not self.verdicts and explained >= _EXPLAINED_AWAY:
            return None
        return self._replace(Confirmed(timestamp, key & _KEY_BITS, single(max(0.0, explained)), other))

    def record_genuine(self, timestamp: int, key: int) -> RiskStatistics | None:
        """Remember a genuine payment where there is risk for it to take away; return as `record_fraud`."""
        if not self.verdicts:
            return None
        if timestamp < self.verdicts[0].timestamp and self._find(timestamp, key) < 0:
            return None
        added = self._replace(Confirmed(timestamp, key & _KEY_BITS, _GENUINE, 0))
        if not any(each.is_fraud for each in self.verdicts[-_CLEARING_RUN:]):
            self.verdicts = []
        return added

    def estimate(self, timestamp: int, statistics: RiskStatistics) -> float:
        """Return the probability that a payment at a time is fraud because of this place."""
        if not self.verdicts:
            return 0.0
        began, last, alive = self._filter(statistics)
        days = _MILLISECONDS_PER_DAY
        worn = statistics.cumulative_hazard((last - began) / days) - statistics.cumulative_hazard(
            (timestamp - began) / days
        )
        return sum(map(float.__mul__, alive, SHARES)) * exp(min(0.0, worn))

    def _filter(self, statistics: RiskStatistics) -> tuple[int, int, list[float]]:
        """Return when the episode began, the time of the last verdict, and the probability of each share."""
        began = last = 0
        alive = [0.0] * len(SHARES)
        for entry in evidence(self.verdicts):
            if any(alive):
                days = _MILLISECONDS_PER_DAY
                worn = exp(
                    statistics.cumulative_hazard((last - began) / days)
                    - statistics.cumulative_hazard((entry.timestamp - began) / days)
                )
                alive = [each * worn for each in alive]
            last = entry.timestamp
            if entry.is_fraud and sum(alive) < _RESTART:
                began = last
                alive = _opened(entry.explained, statistics)
            else:
                alive = _moved(alive, entry)
        return began, last, alive

    def _replace(self, entry: Confirmed) -> RiskStatistics | None:
        position = self._find(entry.timestamp, entry.key)
        if position >= 0 and self.verdicts[position].is_fraud == entry.is_fraud:
            return None
        before = contribution(self.verdicts)
        if position >= 0:
            del self.verdicts[position]
        insort(self.verdicts, entry)
        if len(self.verdicts) > REMEMBERED:
            # The first says when the episode began; what lay between it and the latest says least.
            del self.verdicts[1]
        added = contribution(self.verdicts)
        added.add(before, -1.0)
        return added

    def _find(self, timestamp: int, key: int) -> int:
        position = bisect_left(self.verdicts, (timestamp, key & _KEY_BITS))
        found = position < len(self.verdicts) and self.verdicts[position][:2] == (
            timestamp,
            key & _KEY_BITS,
        )
        return position if found else -1

    def to_state(self) -> str:
        """Return the history as text, at most 640 characters."""
        return pack(_LAYOUT, [tuple(each) for each in self.verdicts])

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`.

        Raises:
            ProfileError: It is damaged.
        """
        return cls([Confirmed(*row) for row in unpack(_LAYOUT, state)])


def _opened(explained: float, statistics: RiskStatistics) -> list[float]:
    """Return the probabilities after a first fraud."""
    compromise = statistics.compromise_probability()
    odds = compromise / (1.0 - compromise) * _BACKGROUND / max(explained, _BACKGROUND)
    probability = odds / (1.0 + odds)
    purity = statistics.purity()
    return [probability * each for each in (purity, *((1.0 - purity) * mixed for mixed in _MIXED))]


def _moved(alive: list[float], entry: Confirmed) -> list[float]:
    """Return the probabilities after a further verdict."""
    idle = 1.0 - sum(alive)
    if entry.is_fraud:
        otherwise = max(entry.explained, _BACKGROUND)
        likely = [share + (1.0 - share) * otherwise for share in SHARES]
        idle *= otherwise
    else:
        likely = [1.0 - share for share in SHARES]
    alive = list(map(float.__mul__, alive, likely))
    total = sum(alive) + idle
    return [each / total for each in alive]
