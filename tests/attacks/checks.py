"""What a detector must reach on an attack, and how that is measured."""

from collections.abc import Callable, Iterator, Sequence
from statistics import mean
from typing import NamedTuple

from tests.attacks.judge import Decide, Result, judge
from tests.attacks.stream import Attack

CAUGHT = "caught"
RANKED = "ranked"

Generate = Callable[[str, int], Attack]
"""What makes an attack of its name and a seed."""

Measure = Callable[[Sequence[Result]], float]


class Check(NamedTuple):
    """One figure that must hold.

    Attributes:
        says: What it counts.
        measure: The figure, of the results on the streams of the attack.
        of: What it is out of, None where it is a ratio.
        bound: What it must reach, or must not exceed.
        at_least: Which of both.
    """

    says: str
    measure: Measure
    of: int | None
    bound: float
    at_least: bool

    def holds(self, figure: float) -> bool:
        """Tell whether a figure is good enough."""
        return figure >= self.bound if self.at_least else figure <= self.bound

    @property
    def required(self) -> str:
        """What is required, in words."""
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


class Case(NamedTuple):
    """An attack: its streams by seed (most have one), and what must hold on them together."""

    name: str
    streams: tuple[Generate, ...]
    checks: tuple[Check, ...]

    def attacks(self, seed: int) -> Iterator[Attack]:
        """Yield the streams of a seed."""
        for generate in self.streams:
            yield generate(self.name, seed)

    def results(self, seed: int, decide: Decide) -> list[Result]:
        """Return what a detector makes of the streams of a seed."""
        return [judge(attack, decide) for attack in self.attacks(seed)]

    def figures(self, results: Sequence[Result]) -> list[float]:
        """Return the figure of each check on these results."""
        return [check.measure(results) for check in self.checks]


def caught(required: int, of: int) -> Check:
    """Return the check that so many accounts have an alert that was due."""
    return Check(CAUGHT, lambda results: results[0].caught, of, required, at_least=True)


def ranked(required: int, of: int) -> Check:
    """Return the check that so many accounts have a payment that was due among the best ranked."""
    return Check(RANKED, lambda results: results[0].ranked, of, required, at_least=True)


def at_most(says: str, bound: float, measure: Measure, of: int | None = None) -> Check:
    """Return the check that a figure does not exceed a bound."""
    return Check(says, measure, of, bound, at_least=False)


def times_by_day(days: slice, usual_days: slice) -> Measure:
    """Return how many times the false alerts a day of others some days have; one a day is the floor."""

    def measure(results: Sequence[Result]) -> float:
        by_day = results[0].false_alerts_by_day
        return (mean(by_day[days]) + 1) / (mean(by_day[usual_days]) + 1)

    return measure


def times_by_payment(group: str, usual: str, per: float) -> Measure:
    """Return how many times the alerts a payment of another a group has; one in `per` is the floor."""

    def measure(results: Sequence[Result]) -> float:
        alerts, sizes = results[0].alerts, results[0].sizes
        return (alerts[group] / sizes[group] * per + 1) / (alerts[usual] / sizes[usual] * per + 1)

    return measure


def alerts(group: str, share_of: int = 1) -> Measure:
    """Return how many alerts a group has, or a share of it."""
    return lambda results: results[0].alerts[group] / share_of


def groups_with_alerts(prefix: str) -> Measure:
    """Return how many of the groups whose names begin so have any alert."""

    def measure(results: Sequence[Result]) -> float:
        return sum(count > 0 for name, count in results[0].alerts.items() if name.startswith(prefix))

    return measure


def difference(results: Sequence[Result]) -> float:
    """Return how many more or fewer accounts are caught in one stream than in the other."""
    one, other = results
    return abs(one.caught - other.caught)
