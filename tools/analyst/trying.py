"""What rules would have made of recent payments: how many alerts, at which threshold, of what worth.

Payments are replayed from the first that is stored, so that accounts have the history that they have in the
pipeline, and the last days are counted. The rules in force are replayed beside: what differs from what was
recorded (lists, a cold start, the order of arrival) differs for both.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from stacks.compute.functions.detector.scoring import Rules
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Row
from tools.analyst.publishing import FORCE
from tools.analyst.records.payments import Payment
from tools.analyst.tune.budget import threshold_for
from tools.deploy.outputs import OperatorError

MAXIMUM_ALERT_RATIO: Final = 3.0
"""Maximum ratio of alerts to those of the current rules without FORCE, since teams are staffed for these."""

MINIMUM_ALERTS: Final = 5
"""Minimum number of alerts for a meaningful ratio."""

_VERDICT_DAYS: Final = 1.0
"""Delay of verdicts in the replay."""

_COMPLETE_SHARE: Final = 0.95
"""Share of counted payments with a recorded decision of the current rules that counts as complete."""

_WEEK: Final = 7 * MILLISECONDS_PER_DAY


class Scored(NamedTuple):
    """A payment as rules score it: the score, and whether it would be an alert."""

    payment: Payment
    score: float
    suspicious: bool


class Expected(NamedTuple):
    """What a threshold would have brought.

    Attributes:
        threshold: The score from which on a payment is an alert.
        per_day: Alerts a day.
        weeks: Alerts a day in each whole week, the earliest first.
        decided: Alerts that have a verdict.
        precision: Share of fraud among them, None where there are none.
        claimed: The mean of the scores of all alerts, which are probabilities; None without alerts.
        value: Confirmed fraud among them, in US dollars a day.
        expected_value: Fraud among all of them by their scores, in US dollars a day.
    """

    threshold: float
    per_day: float
    weeks: tuple[float, ...]
    decided: int
    precision: float | None
    claimed: float | None
    value: float
    expected_value: float

    def told(self) -> list[str]:
        """Say it in lines."""
        weeks = ", ".join(f"{each:,.1f}" for each in self.weeks)
        verdicts = (
            "none has a verdict"
            if self.precision is None
            else f"{self.precision:.0%} of the {self.decided:,} that have a verdict"
        )
        return [
            f"threshold {self.threshold:g}: {self.per_day:,.1f} alerts a day"
            + (f"; by week {weeks}" if weeks else ""),
            f"  expected precision: {self.claimed or 0:.0%} from the scores; {verdicts}",
            f"  fraud, USD a day: {self.expected_value:,.0f} from the scores; {self.value:,.0f} confirmed",
        ]


class Trying:
    """Recent payments, to try rules on.

    Args:
        payments: All that are stored, in the order in which they were received.
        in_force: The rules in force.
        now: Epoch milliseconds; payments of later times count for nothing.
        days: How many recent days are counted at most.

    Attributes:
        in_force: As given.
        since: Epoch milliseconds from which on payments are counted.
        until: And up to which.
    """

    def __init__(self, payments: Sequence[Payment], in_force: Rules, now: int, days: float) -> None:
        self._payments, self.in_force = payments, in_force
        times = [each.transaction.timestamp for each in payments if each.transaction.timestamp <= now]
        first, self.until = (min(times), max(times) + 1) if times else (now, now)
        # Accounts need a history before they are judged: a week of it, or half of a shorter time.
        warm = first + min(_WEEK, (self.until - first) // 2)
        self.since = max(warm, self.until - int(days * MILLISECONDS_PER_DAY))

    @property
    def days(self) -> float:
        """How many days are counted, at least one."""
        return max(1.0, (self.until - self.since) / MILLISECONDS_PER_DAY)

    @cached_property
    def counted(self) -> list[Payment]:
        """The payments of the counted days."""
        return [each for each in self._payments if self._counts(each)]

    @cached_property
    def before(self) -> list[Scored]:
        """The counted payments as the rules in force score them in the replay."""
        return self.replayed(self.in_force)

    def replayed(self, rules: Rules) -> list[Scored]:
        """Return the counted payments as rules score them."""
        found: list[Scored] = []
        current = self._payments[:1]

        def rows() -> Iterator[Row]:
            nonlocal current
            for payment in self._payments:
                current = (payment,)
                yield Row(payment.transaction, payment.is_fraud, "")

        for _, assessment in Replay(rules, _VERDICT_DAYS).assessments(rows()):
            [payment] = current
            if self._counts(payment):
                decision = assessment.decision
                alert = decision.suspicious and not payment.held_back
                found.append(Scored(payment, decision.score, alert))
        return found

    @cached_property
    def recorded(self) -> list[Scored]:
        """The counted payments that the rules in force decided themselves."""
        return [
            Scored(each, each.score, each.suspicious)
            for each in self.counted
            if each.rules_version == self.in_force.version and each.score is not None
        ]

    def _counts(self, payment: Payment) -> bool:
        return self.since <= payment.transaction.timestamp < self.until

    def compared(self, rules: Rules) -> list[str]:
        """Say how many alerts there were, and would be by other rules.

        Raises:
            FloodError: They would silence all alerts, or multiply them.
        """
        if not self._payments:
            return ["no stored payments to try the rules on"]
        after = self.replayed(rules)
        recorded = sum(each.suspicious for each in self.counted)
        now, then = (sum(each.suspicious for each in scored) for scored in (self.before, after))
        refuse_by_count(now, then)
        return [
            f"{len(after):,} payments of the last {self.days:.1f} days: {recorded:,} alerts were recorded",
            f"in the replay, the rules in force raise {now:,} alerts, the new rules {then:,}:",
            *(f"  {line}" for line in self.expected(after, rules.alert_threshold).told()),
        ]

    def threshold(self, rules: Rules, per_day: float) -> Expected:
        """Choose the threshold that makes a number of alerts a day, at the pace of the last week.

        Raises:
            OperatorError: There are not so many payments.
        """
        scored = self.scored_by(rules)
        free = np.array([each.score for each in scored if not each.payment.held_back])
        share = per_day / self._recently_a_day
        if share >= 1:
            raise OperatorError(
                f"{per_day:g} alerts a day exceed the payments: there are {self._recently_a_day:,.1f} a day"
            )
        return self.expected(scored, threshold_for(share * len(free), np.ones(len(free)), free))

    @property
    def _recently_a_day(self) -> float:
        """Payments a day of the last week: scores change slowly, how much people pay does not."""
        begin = max(self.since, self.until - _WEEK)
        count = sum(each.transaction.timestamp >= begin for each in self.counted)
        return count * MILLISECONDS_PER_DAY / max(self.until - begin, MILLISECONDS_PER_DAY)

    def scored_by(self, rules: Rules) -> list[Scored]:
        """Those that were recorded, where the rules made them for most of the time; else replayed ones."""
        if rules.version == self.in_force.version:
            if len(self.recorded) >= _COMPLETE_SHARE * len(self.counted):
                return self.recorded
            return self.before
        return self.replayed(rules)

    def expected(self, scored: Iterable[Scored], threshold: float) -> Expected:
        """Return what a threshold would have brought."""
        alerts = [
            each.payment._replace(score=each.score)
            for each in scored
            if each.score >= threshold and not each.payment.held_back
        ]
        decided = [each for each in alerts if each.is_fraud is not None]
        frauds = [each for each in decided if each.is_fraud]
        return Expected(
            threshold=threshold,
            per_day=len(alerts) / self.days,
            weeks=self._by_week(alerts),
            decided=len(decided),
            precision=len(frauds) / len(decided) if decided else None,
            claimed=sum(each.score or 0 for each in alerts) / len(alerts) if alerts else None,
            value=sum(each.transaction.value for each in frauds) / self.days,
            expected_value=sum((each.score or 0) * each.transaction.value for each in alerts) / self.days,
        )

    def _by_week(self, alerts: Iterable[Payment]) -> tuple[float, ...]:
        """Alerts a day in each whole week, counted back from the end."""
        counts = [0] * ((self.until - self.since) // _WEEK)
        for each in alerts:
            place = len(counts) - 1 - (self.until - 1 - each.transaction.timestamp) // _WEEK
            if place >= 0:
                counts[place] += 1
        return tuple(count / 7 for count in counts)


class FloodError(OperatorError):
    """Rules would silence all alerts, or multiply them."""


def refuse_by_count(now: int, then: int) -> None:
    """Refuse rules that would silence all alerts, or multiply them.

    Args:
        now: Alerts of the rules in force.
        then: Alerts of the others, on the same payments.

    Raises:
        FloodError: They would.
    """
    if not then and now >= MINIMUM_ALERTS:
        raise FloodError(f"the new rules raise no alerts, the rules in force {now:,}. {FORCE}")
    if then > MAXIMUM_ALERT_RATIO * max(now, MINIMUM_ALERTS):
        raise FloodError(
            f"the new rules raise {then:,} alerts, the rules in force {now:,}: more than "
            f"{MAXIMUM_ALERT_RATIO:g} times as many. {FORCE}"
        )
