"""Champion and challenger on the payments that both have scored: alerts, precision and worth of each."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tools.analyst.records.payments import Payment

_LISTED: Final = 5
_MILLISECONDS_PER_DAY: Final = 86_400_000


class Found(NamedTuple):
    """Some alerts, and what people decided about them.

    Attributes:
        name: Whose they are.
        alerts: How many.
        frauds: Confirmed ones.
        legitimate: Those that were found to be legitimate.
        value: Of the confirmed frauds, in US dollars.
    """

    name: str
    alerts: int
    frauds: int
    legitimate: int
    value: float

    @property
    def undecided(self) -> int:
        """Alerts without a verdict."""
        return self.alerts - self.frauds - self.legitimate

    @property
    def precision(self) -> float | None:
        """The share of fraud among those that have a verdict; None where none has."""
        decided = self.frauds + self.legitimate
        return self.frauds / decided if decided else None


class Comparison(NamedTuple):
    """What came of a challenge.

    Attributes:
        challenger: The version of its rules.
        champions: The versions of the rules in force meanwhile.
        payments: How many both have scored.
        days: Over how many days, at least one.
        rows: Alerts of the rules in force, of the challenger, of both, of either alone.
        equal: The best of each by score, as many as the rules in force made alerts.
        missed: Frauds that neither found, which somebody told.
        unseen: Transactions that the challenger alone would alert on, without a verdict, the highest first.
    """

    challenger: str
    champions: tuple[str, ...]
    payments: int
    days: float
    rows: tuple[Found, ...]
    equal: tuple[Found, ...]
    missed: Found
    unseen: tuple[str, ...]

    def told(self) -> list[str]:
        """Say it in lines."""
        lines = [
            f"challenger {self.challenger} beside {', '.join(self.champions)}",
            f"{self.payments:,} payments of {self.days:.1f} days, scored by both",
            *_table("alerts", self.rows, self.days),
            *_table("same number of alerts each, highest scores", self.equal, self.days),
            f"fraud that neither found: {self.missed.frauds:,}, {self.missed.value:,.0f} USD",
        ]
        if self.unseen:
            lines += [
                "payments flagged only by the challenger have verdicts if reviewed; the highest without one:",
                f"  {', '.join(self.unseen)}",
            ]
        return lines


def compared(payments: Iterable[Payment], challenger: str) -> Comparison | None:
    """Compare a challenger with the rules in force; None where they have no payment in common.

    Args:
        payments: Payments, in the order in which they were received.
        challenger: The version of its rules.
    """
    both = [
        each
        for each in payments
        if each.challenge is not None
        and each.challenge.rules_version == challenger
        and each.score is not None
    ]
    if not both:
        return None
    count = sum(each.suspicious for each in both)
    theirs = [each for each in both if _theirs(each)]
    unseen = [each for each in theirs if not each.suspicious and each.is_fraud is None]
    return Comparison(
        challenger=challenger,
        champions=tuple(dict.fromkeys(each.rules_version for each in both)),
        payments=len(both),
        days=max(1.0, (both[-1].received_at - both[0].received_at) / _MILLISECONDS_PER_DAY),
        rows=(
            _found("in force", [each for each in both if each.suspicious]),
            _found("challenger", theirs),
            _found("both", [each for each in theirs if each.suspicious]),
            _found("in force alone", [each for each in both if each.suspicious and not _theirs(each)]),
            _found("challenger alone", [each for each in theirs if not each.suspicious]),
        ),
        equal=(
            _found("in force", _best(both, lambda each: each.score or 0.0, count)),
            _found("challenger", _best(both, _their_score, count)),
        ),
        missed=_found(
            "neither", [each for each in both if each.is_fraud and not each.suspicious and not _theirs(each)]
        ),
        unseen=tuple(each.transaction.transaction_id for each in _best(unseen, _their_score, _LISTED)),
    )


def _theirs(payment: Payment) -> bool:
    return payment.challenge is not None and payment.challenge.suspicious


def _their_score(payment: Payment) -> float:
    return payment.challenge.score if payment.challenge else 0.0


def _best(payments: Sequence[Payment], score: Callable[[Payment], float], count: int) -> list[Payment]:
    free = [each for each in payments if not each.held_back]
    return sorted(free, key=lambda each: (-score(each), each.received_at))[:count]


def _found(name: str, alerts: Sequence[Payment]) -> Found:
    frauds = [each for each in alerts if each.is_fraud]
    return Found(
        name,
        len(alerts),
        len(frauds),
        sum(each.is_fraud is False for each in alerts),
        sum(each.transaction.value for each in frauds),
    )


def _table(title: str, rows: Iterable[Found], days: float) -> list[str]:
    cells = [("", "alerts", "a day", "fraud", "legitimate", "no verdict", "precision", "USD found")]
    cells += [
        (
            each.name,
            f"{each.alerts:,}",
            f"{each.alerts / days:,.1f}",
            f"{each.frauds:,}",
            f"{each.legitimate:,}",
            f"{each.undecided:,}",
            "-" if each.precision is None else f"{each.precision:.1%}",
            f"{each.value:,.0f}",
        )
        for each in rows
    ]
    return [
        f"{title}:",
        *(f"  {row[0]:<18}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in cells),
    ]
