"""Whether tuned rules are better than those in force on what came after the examples that they learnt from.

History is replayed twice. The first replay, under the rules in force, measures the examples; rules are fitted
to those before the last quarter of the time whose verdicts were known then. The second replay puts these
rules in force at that moment, as publishing would, and their decisions on the last quarter are judged beside
those of the first. The rules to be published are then fitted to all examples.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from stacks.compute.functions.detector.scoring import NAMES, Decision, Rules
from tools.analyst.backtest.metrics import Ranking
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Row
from tools.analyst.tune.budget import with_threshold
from tools.analyst.tune.drift import Bins, Drift, drifts
from tools.analyst.tune.examples import Examples, Table
from tools.analyst.tune.fitting import Fit, fit

_JUDGED: Final = 0.25
"""Share of the time whose decisions are judged: the last one."""

_DECILES: Final = 10
_BUDGETS: Final = (5, 10, 20, 50, 100, 200, 500)
"""Alerts a day to choose from, as far as the judged part has payments for them."""


class Decile(NamedTuple):
    """A tenth of the judged payments, by score: the share of fraud that the scores claim, and what it was."""

    claimed: float
    actual: float


class Budget(NamedTuple):
    """What a number of alerts a day would have brought: from which score on, precision and recall."""

    alerts_per_day: float
    threshold: float
    precision: float
    recall: float


class Judgement(NamedTuple):
    """How rules did on the judged part.

    Attributes:
        average_precision: Of the ranking.
        auc: Area under its ROC curve.
        alerts_per_day: Decisions to alert.
        precision: Share of fraud among them, None without alerts.
        recall: Share of the frauds that they find.
        amount_found: Sum of the amounts of the frauds that they find, whatever the currency.
        curve: Recall and precision along the ranking.
        deciles: From the lowest scores to the highest.
        budgets: What other numbers of alerts would have brought.
    """

    average_precision: float
    auc: float
    alerts_per_day: float
    precision: float | None
    recall: float
    amount_found: float
    curve: list[tuple[float, float]]
    deciles: list[Decile]
    budgets: list[Budget]


class Trial(NamedTuple):
    """What came of a tuning.

    Attributes:
        split: Epoch milliseconds at which the judged part begins.
        ends: Epoch milliseconds of the last payment.
        in_force: How the rules in force did.
        tuned: How rules did that were fitted to what was known at the split.
        fit: The fit to all examples.
        rules: Its rules, with the threshold asked for.
        examples: What it was fitted to.
        drifts: How far each quantity has moved in the judged part, the furthest first.
    """

    split: int
    ends: int
    in_force: Judgement
    tuned: Judgement
    fit: Fit
    rules: Rules
    examples: Table
    drifts: list[Drift]

    @property
    def training(self) -> dict[str, Any]:
        """How each quantity was distributed in the examples, as `make stability` reads it."""
        columns = zip(NAMES, self.examples.quantities.T, strict=True)
        return {name: Bins.of(values).plain() for name, values in columns}

    @property
    def better(self) -> bool:
        """Whether the tuned rules rank the judged payments at least as well as those in force."""
        return self.tuned.average_precision >= self.in_force.average_precision


class NothingToJudgeError(Exception):
    """The last quarter has no frauds, or nothing else."""


@dataclass
class _Decided:
    """Labelled decisions in order of arrival."""

    times: "array[int]" = field(default_factory=lambda: array("q"))
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    labels: "array[int]" = field(default_factory=lambda: array("b"))
    alerts: "array[int]" = field(default_factory=lambda: array("b"))
    amounts: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, row: Row, decision: Decision) -> None:
        if row.is_fraud is None:
            return
        self.times.append(row.transaction.timestamp)
        self.scores.append(decision.score)
        self.labels.append(row.is_fraud)
        self.alerts.append(decision.suspicious)
        self.amounts.append(row.transaction.amount)

    def judged(self, split: int) -> Judgement:
        """Judge what was decided from a time on."""
        places = [place for place, time in enumerate(self.times) if time >= split]
        scores = [self.scores[place] for place in places]
        labels = [self.labels[place] for place in places]
        ranking = Ranking(scores, labels)
        area, average_precision = ranking.area(), ranking.average_precision()
        if area is None or average_precision is None:
            raise NothingToJudgeError("the last quarter of the time has no labelled frauds to judge by")
        alerts = [place for place in places if self.alerts[place]]
        found = [place for place in alerts if self.labels[place]]
        days = max(1.0, (max(self.times) - split) / MILLISECONDS_PER_DAY)
        return Judgement(
            average_precision,
            area,
            len(alerts) / days,
            len(found) / len(alerts) if alerts else None,
            len(found) / ranking.frauds,
            sum(self.amounts[place] for place in found),
            [
                (step.frauds / ranking.frauds, step.frauds / (step.frauds + step.genuine))
                for step in ranking.curve(200)
            ],
            _deciles(scores, labels),
            _budgets(ranking, days),
        )


def tried(
    rows: Callable[[], Iterable[Row]], rules: Rules, label_delay_days: float, alerts_per_day: float | None
) -> Trial:
    """Tune rules, and try what they would have done.

    Args:
        rows: Opens the history anew, from its first row.
        rules: Those in force.
        label_delay_days: After how many days a label is known.
        alerts_per_day: The budget; None for as many alerts as the rules in force make.

    Raises:
        TooFewVerdictsError: There are too few to learn from.
        NothingToJudgeError: There is none to judge by.
    """
    delay = int(label_delay_days * MILLISECONDS_PER_DAY)
    examples, before = Examples(), _Decided()
    for row, assessment in Replay(rules, label_delay_days, NAMES).assessments(rows()):
        examples.add(row, assessment)
        before.add(row, assessment.decision)
    if not before.times:
        raise NothingToJudgeError("no row has a label: is_fraud is 0 or 1")
    table, ends = examples.table(), max(before.times)
    split = ends - int(_JUDGED * (ends - min(before.times)))
    in_force = before.judged(split)
    known = fit(table.where(table.timestamps <= split - delay), rules)
    after = _replayed(rows(), rules, with_threshold(known, rules, alerts_per_day), split, label_delay_days)
    known_now = table.where(table.timestamps <= ends - delay)
    final = fit(known_now, rules)
    published = with_threshold(final, rules, alerts_per_day)
    moved = drifts(table, split)
    return Trial(split, ends, in_force, after.judged(split), final, published, known_now, moved)


def _replayed(rows: Iterable[Row], rules: Rules, tuned: Rules, split: int, delay_days: float) -> _Decided:
    """Replay history under the rules in force, and from a time on under the tuned ones."""
    replay, decided = Replay(rules, delay_days), _Decided()

    def published(rows: Iterable[Row]) -> Iterable[Row]:
        for row in rows:
            if replay.rules is rules and row.transaction.timestamp >= split:
                replay.use(tuned)
            yield row

    for row, assessment in replay.assessments(published(rows)):
        decided.add(row, assessment.decision)
    return decided


def _budgets(ranking: Ranking, days: float) -> list[Budget]:
    payments = ranking.frauds + ranking.genuine
    budgets = []
    for alerts in _BUDGETS:
        step = ranking.at_rate(alerts * days / payments)
        if alerts * days < payments and step.frauds + step.genuine:
            flagged = step.frauds + step.genuine
            budgets.append(
                Budget(alerts, step.threshold, step.frauds / flagged, step.frauds / ranking.frauds)
            )
    return budgets


def _deciles(scores: list[float], labels: list[int]) -> list[Decile]:
    order = sorted(range(len(scores)), key=scores.__getitem__)
    deciles = []
    for tenth in range(_DECILES):
        places = order[tenth * len(order) // _DECILES : (tenth + 1) * len(order) // _DECILES]
        if places:
            claimed = sum(scores[place] for place in places) / len(places)
            deciles.append(Decile(claimed, sum(labels[place] for place in places) / len(places)))
    return deciles
