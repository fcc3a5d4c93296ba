"""What a replay's decisions amount to, in little room: score and label of each row, sums for the rest."""

from array import array
from collections import defaultdict
from typing import Final

from stacks.compute.functions.detector.scoring import Decision
from tools.analyst.backtest.metrics import Ranking
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY
from tools.analyst.backtest.source import Row

_UNLABELLED: Final = 2
_HISTOGRAM: Final = 20


class RuleTally:
    """What one quantity or rule did.

    Attributes:
        hits: Transactions with the reason; those of a low score have none.
        frauds: Frauds among them.
        genuine: Genuine transactions among them.
        points: Sum of its points.
        alerts: Alerts with the reason.
        alert_frauds: Frauds among those.
        decisive: Alerts that would be none without it.
        decisive_frauds: Frauds among those: its marginal value.
        shadow: Whether it was in mode shadow.
    """

    __slots__ = (
        "alert_frauds", "alerts", "decisive", "decisive_frauds", "frauds", "genuine", "hits", "points",
        "shadow",
    )  # fmt: skip

    def __init__(self) -> None:
        self.hits = self.frauds = self.genuine = self.alerts = self.alert_frauds = 0
        self.decisive = self.decisive_frauds = 0
        self.points = 0.0
        self.shadow = False


class Tally:
    """Sums over the decisions of one replay."""

    def __init__(self, alert_threshold: float) -> None:
        self.alert_threshold = alert_threshold
        self.scores = array("d")
        self.labels = bytearray()
        self.days: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.rules: dict[str, RuleTally] = defaultdict(RuleTally)
        self.scenarios: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self.scenario_alerts: dict[str, int] = defaultdict(int)
        self.amounts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        self.fraud_accounts: dict[str, bool] = {}
        self.alerts = 0
        self.alert_frauds = 0
        self.explained_alerts = 0

    def add(self, row: Row, decision: Decision) -> None:
        """Count one decision."""
        transaction, is_fraud, scenario = row
        self.scores.append(decision.score)
        self.labels.append(_UNLABELLED if is_fraud is None else is_fraud)
        day = self.days[transaction.timestamp // MILLISECONDS_PER_DAY]
        day[0] += 1
        if decision.suspicious:
            day[1] += 1
            day[2] += is_fraud is True
            self._add_alert(row, decision)
        if is_fraud:
            self._add_fraud(row, decision, scenario)
        if decision.reasons or decision.shadow:
            self._add_reasons(is_fraud, decision)

    def _add_alert(self, row: Row, decision: Decision) -> None:
        self.alerts += 1
        self.alert_frauds += row.is_fraud is True
        self.explained_alerts += any(
            "" not in (reason.observed, reason.baseline, reason.threshold) for reason in decision.reasons
        )
        if row.is_fraud is False:
            self.amounts[row.transaction.currency][2] += row.transaction.amount
        for reason in decision.reasons:
            tally = self.rules[reason.code]
            tally.alerts += 1
            tally.alert_frauds += row.is_fraud is True
            if decision.score_without(reason) < decision.alert_threshold:
                tally.decisive += 1
                tally.decisive_frauds += row.is_fraud is True

    def _add_fraud(self, row: Row, decision: Decision, scenario: str) -> None:
        transaction = row.transaction
        sums = self.amounts[transaction.currency]
        sums[0] += transaction.amount
        if decision.suspicious:
            sums[1] += transaction.amount
        self.scenarios[scenario].append(decision.score)
        self.scenario_alerts[scenario] += decision.suspicious
        found = self.fraud_accounts.get(transaction.account_id, False)
        self.fraud_accounts[transaction.account_id] = found or decision.suspicious

    def _add_reasons(self, is_fraud: bool | None, decision: Decision) -> None:
        for reasons, shadow in ((decision.reasons, False), (decision.shadow, True)):
            for reason in reasons:
                tally = self.rules[reason.code]
                tally.hits += 1
                tally.shadow = shadow
                tally.points += reason.points
                if is_fraud:
                    tally.frauds += 1
                elif is_fraud is not None:
                    tally.genuine += 1

    def ranking(self) -> Ranking:
        """Return the ranking of the transactions that have a label."""
        if _UNLABELLED not in self.labels:
            return Ranking(self.scores, self.labels)
        known = [place for place, label in enumerate(self.labels) if label != _UNLABELLED]
        return Ranking([self.scores[place] for place in known], [self.labels[place] for place in known])

    def histogram(self) -> list[tuple[int, int]]:
        """Return frauds and other transactions by score, in twenty classes of equal width."""
        classes = [(0, 0)] * _HISTOGRAM
        for score, label in zip(self.scores, self.labels, strict=True):
            place = min(int(score * _HISTOGRAM), _HISTOGRAM - 1)
            frauds, others = classes[place]
            classes[place] = (frauds + (label == 1), others + (label != 1))
        return classes
