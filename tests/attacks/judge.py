"""How much of an attack a detector catches, without labels: by its alerts, and by the rank of its scores."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tests.attacks.stream import MILLISECONDS_PER_DAY, Attack
from tools.analyst.worlds.payment import Payment

BEST_SHARE: Final = 0.03
"""What a team can look at: an attack that gives no alert by itself must at least be ranked among these."""


class Outcome(NamedTuple):
    """What a detector said of a payment: the higher the score, the more suspicious."""

    transaction_id: str
    score: float
    alerted: bool


Decide = Callable[[Iterable[Payment]], Iterator[Outcome]]
"""A detector that knows nothing yet. It takes payments in the order of arrival; one that it recognises as a
duplicate may have no outcome."""


class Result(NamedTuple):
    """What a detector made of an attack.

    Attributes:
        caught: Units (accounts) with an alert on a payment that was due.
        of: All units.
        ranked: Units with a due payment whose score is among the best 3 % of all payments.
        ranked_share: Share of the due payments whose score is.
        false_alerts_by_day: Alerts on ordinary payments by day of the stream, from its first UTC day on.
        ordinary_by_day: Ordinary payments likewise.
        alerts: Alerts by group of ordinary payments.
        sizes: Payments of each of these groups.
    """

    caught: int
    of: int
    ranked: int
    ranked_share: float
    false_alerts_by_day: list[int]
    ordinary_by_day: list[int]
    alerts: Mapping[str, int]
    sizes: Mapping[str, int]

    @property
    def false_alert_share(self) -> float:
        """Share of the ordinary payments with an alert."""
        return sum(self.false_alerts_by_day) / sum(self.ordinary_by_day)


def judge(attack: Attack, decide: Decide) -> Result:
    """Run a detector over an attack and count what it catches.

    Args:
        attack: The attack.
        decide: A detector that knows nothing yet.
    """
    scores: dict[str, float] = {}
    alerted = set()
    for name, score, is_alert in decide(arrivals(attack)):
        scores[name] = score
        if is_alert:
            alerted.add(name)
    best = _best(scores)
    due = frozenset().union(*attack.due.values())
    false_alerts, ordinary = _by_day(attack, alerted)
    return Result(
        caught=sum(not alerted.isdisjoint(unit) for unit in attack.due.values()),
        of=len(attack.due),
        ranked=sum(not best.isdisjoint(unit) for unit in attack.due.values()),
        ranked_share=len(best & due) / len(due) if due else 0.0,
        false_alerts_by_day=false_alerts,
        ordinary_by_day=ordinary,
        alerts={name: len(alerted & group) for name, group in attack.groups.items()},
        sizes={name: len(group) for name, group in attack.groups.items()},
    )


def arrivals(attack: Attack) -> list[Payment]:
    """Return the payments in the order in which they arrive."""
    late = attack.late
    if not late:
        return attack.payments
    return sorted(
        attack.payments, key=lambda payment: payment.timestamp + late.get(payment.transaction_id, 0)
    )


def _best(scores: Mapping[str, float]) -> set[str]:
    """Return the payments ranked best; of equal scores none, where not all of them have room."""
    room = int(BEST_SHARE * len(scores))
    ordered = sorted(scores.values())
    return {name for name, score in scores.items() if len(ordered) - bisect_left(ordered, score) <= room}


def _by_day(attack: Attack, alerted: set[str]) -> tuple[list[int], list[int]]:
    """Return false alerts and ordinary payments by day."""
    first = attack.payments[0].timestamp // MILLISECONDS_PER_DAY
    days = attack.payments[-1].timestamp // MILLISECONDS_PER_DAY - first + 1
    false_alerts, ordinary = [0] * days, [0] * days
    for payment in attack.payments:
        if payment.transaction_id in attack.ordinary:
            day = payment.timestamp // MILLISECONDS_PER_DAY - first
            ordinary[day] += 1
            false_alerts[day] += payment.transaction_id in alerted
    return false_alerts, ordinary
