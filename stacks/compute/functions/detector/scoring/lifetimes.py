"""How long places stay compromised, learnt from verdicts.

A merchant (or an account) with a confirmed fraud that nothing else explains may be compromised. Whether it
is, and for how long, differs from one population to another, so nothing here is a constant of any of them:

- `taken`: after a first unexplained fraud, how often the next verdict there was fraud too,
- `pure`: how often no genuine payment lay between an episode's first and last fraud,
- `exposures` and `ends`: days that episodes were seen alive, and ends that were seen, by age. Their ratio is
  the hazard of ending at that age (the life-table estimator), drawn toward a constant where little is known.

All of it are sums over episodes. What a verdict adds is `contribution` of the history after it minus
`contribution` of the history before it, so that a changed verdict takes back what the first one added.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.state import ProfileError, rounded

STATISTICS_VERSION: Final = 1
UNEXPLAINED: Final = 0.2
"""A fraud that other evidence explains to at most this probability opens an episode."""

GENUINE_RUN: Final = 3
"""So many genuine payments in a row end an episode."""

_HOURS: Final = tuple(hours / 24 for hours in (1, 3, 6, 12))
EDGES: Final = (*_HOURS, *map(float, range(1, 36)), *map(float, range(42, 127, 7)))
"""Upper ends of the age classes, in days; the last class is open."""

_CLASSES: Final = len(EDGES) + 1
_PRIOR_HAZARD: Final = 1 / 14
"""Ends a day that are assumed until episodes were seen: a place stays compromised for two weeks."""

_PRIOR_EPISODES: Final = 2.0
"""What is assumed weighs as much as so many episodes seen alive at each age."""

_MILLISECONDS_PER_DAY: Final = 86_400_000
_DIGITS: Final = 6


class Confirmed(NamedTuple):
    """One verdict on a payment; the order is that of time.

    Attributes:
        timestamp: Epoch milliseconds of the payment.
        key: Of the payment.
        explained: Probability that the fraud has another cause, from 0 to 1; below 0 for a genuine payment.
        other: Short key of the other party: for a merchant the account, for an account the merchant.
    """

    timestamp: int
    key: int
    explained: float
    other: int

    @property
    def is_fraud(self) -> bool:
        """Whether the verdict is fraud."""
        return self.explained >= 0


class RiskStatistics:
    """Sums over all episodes of one kind of place. Shards add up (`combined`).

    Attributes:
        firsts: First unexplained frauds that had a later verdict at the same place.
        taken: Those of them where that verdict was fraud.
        episodes: Episodes of two frauds or more.
        pure: Those of them without a genuine payment between the first and the last fraud.
        exposures: Days seen alive, by age class.
        ends: Ends seen, by age class.
    """

    __slots__ = ("_hazards", "ends", "episodes", "exposures", "firsts", "pure", "taken")

    def __init__(self) -> None:
        self.firsts = self.taken = self.episodes = self.pure = 0.0
        self.exposures = [0.0] * _CLASSES
        self.ends = [0.0] * _CLASSES
        self._hazards: list[float] | None = None

    def add(self, other: "RiskStatistics", times: float = 1.0) -> None:
        """Add another's sums, or take them away with `times` -1."""
        self.firsts += times * other.firsts
        self.taken += times * other.taken
        self.episodes += times * other.episodes
        self.pure += times * other.pure
        for index in range(_CLASSES):
            self.exposures[index] += times * other.exposures[index]
            self.ends[index] += times * other.ends[index]
        self._hazards = None

    def compromise_probability(self) -> float:
        """Return how likely one unexplained fraud means a compromised place."""
        return (max(self.taken, 0.0) + 2.0) / (max(self.firsts, self.taken, 0.0) + 4.0)

    def purity(self) -> float:
        """Return how likely a compromised place has only frauds."""
        return (max(self.pure, 0.0) + 3.0) / (max(self.episodes, self.pure, 0.0) + 5.0)

    def cumulative_hazard(self, age: float) -> float:
        """Return the hazard of ending, summed until an age in days: exp(-it) survive so long."""
        if age <= 0:
            return 0.0
        sums = self._hazards or self._cumulate()
        index = bisect_right(EDGES, age)
        if index == len(EDGES):
            slope = (sums[-1] - sums[-2]) / (EDGES[-1] - EDGES[-2])
            return sums[-1] + slope * (age - EDGES[-1])
        low = EDGES[index - 1] if index else 0.0
        return sums[index] + (sums[index + 1] - sums[index]) * (age - low) / (EDGES[index] - low)

    def _cumulate(self) -> list[float]:
        sums = [0.0]
        for index, (low, high) in enumerate(pairwise((0.0, *EDGES))):
            assumed = _PRIOR_EPISODES * (high - low)
            ended = max(self.ends[index], 0.0) + _PRIOR_HAZARD * assumed
            sums.append(sums[-1] + ended / (max(self.exposures[index], 0.0) + assumed) * (high - low))
        self._hazards = sums
        return sums

    def to_state(self) -> dict[str, Any]:
        """Return the sums as plain JSON data, less than 2 KB."""
        return {
            "version": STATISTICS_VERSION,
            "counts": [
                rounded(each, _DIGITS) for each in (self.firsts, self.taken, self.episodes, self.pure)
            ],
            "exposures": [rounded(each, _DIGITS) for each in self.exposures],
            "ends": [rounded(each, _DIGITS) for each in self.ends],
        }

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`; no state is no statistics yet.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        statistics = cls()
        if state is None:
            return statistics
        if not isinstance(state, Mapping) or state.get("version") != STATISTICS_VERSION:
            raise ProfileError(f"the risk statistics are not of version {STATISTICS_VERSION}")
        try:
            counts, exposures, ends = (
                [float(each) for each in state[name]] for name in ("counts", "exposures", "ends")
            )
            statistics.firsts, statistics.taken, statistics.episodes, statistics.pure = counts
        except (KeyError, TypeError, ValueError) as error:
            raise ProfileError(f"the risk statistics are damaged: {type(error).__name__}") from None
        if len(exposures) != _CLASSES or len(ends) != _CLASSES:
            raise ProfileError("the risk statistics are damaged: wrong number of age classes")
        statistics.exposures, statistics.ends = exposures, ends
        return statistics

    @classmethod
    def combined(cls, shards: Iterable["RiskStatistics"]) -> Self:
        """Return the sum of shards."""
        total = cls()
        for shard in shards:
            total.add(shard)
        return total


def evidence(history: list[Confirmed]) -> list[Confirmed]:
    """Return the verdicts that say something of the place: each other party's first fraud, and the genuine.

    Several frauds of one account at one merchant are that account's trouble, not the merchant's.
    """
    seen: set[int] = set()
    telling = []
    for entry in history:
        if entry.is_fraud:
            if entry.other in seen:
                continue
            seen.add(entry.other)
        telling.append(entry)
    return telling


def contribution(verdicts: list[Confirmed]) -> RiskStatistics:
    """Return what the verdicts of one place, in order of time, add to the statistics."""
    history = evidence(verdicts)
    statistics = RiskStatistics()
    index = 0
    while index < len(history):
        if 0 <= history[index].explained <= UNEXPLAINED:
            index = _add_episode(statistics, history, index)
        else:
            index += 1
    return statistics


def _add_episode(statistics: RiskStatistics, history: list[Confirmed], first: int) -> int:
    """Add the episode that begins at an entry; return where to look for the next one."""
    last, frauds, genuine, first_genuine, mixed = first, 1, 0, -1, False
    index = first + 1
    while index < len(history) and genuine < GENUINE_RUN:
        entry = history[index]
        if not entry.is_fraud:
            first_genuine = index if not genuine else first_genuine
            genuine += 1
        elif not genuine or entry.explained <= UNEXPLAINED:
            mixed = mixed or genuine > 0
            last, frauds, genuine = index, frauds + 1, 0
        index += 1
    if first + 1 < len(history):
        statistics.firsts += 1
        statistics.taken += history[first + 1].is_fraud
    if frauds > 1:
        statistics.episodes += 1
        statistics.pure += not mixed
        began = history[first].timestamp
        alive_until = (history[last].timestamp - began) / _MILLISECONDS_PER_DAY
        for place, low, high in _spans(0.0, alive_until):
            statistics.exposures[place] += high - low
        if genuine:
            ended_by = (history[first_genuine].timestamp - began) / _MILLISECONDS_PER_DAY
            _add_end(statistics, alive_until, ended_by)
    return index


def _add_end(statistics: RiskStatistics, after: float, before: float) -> None:
    """Spread an end, which nobody saw, evenly over the time in which it must have been."""
    length = max(before - after, 1 / _MILLISECONDS_PER_DAY)
    for place, low, high in _spans(after, after + length):
        statistics.ends[place] += (high - low) / length
        still_alive = 1 - ((low + high) / 2 - after) / length
        statistics.exposures[place] += (high - low) * still_alive


def _spans(start: float, end: float) -> Iterator[tuple[int, float, float]]:
    """Cut an interval of ages at the edges of the classes."""
    place = bisect_right(EDGES, start)
    while start < end:
        high = min(EDGES[place] if place < len(EDGES) else end, end)
        yield place, start, high
        start, place = high, place + 1
