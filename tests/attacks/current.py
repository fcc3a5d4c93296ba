"""The detector that the attacks are run on, with profiles in memory and without any verdict."""

from collections.abc import Iterable, Iterator

from stacks.compute.functions.detector.scoring import Transaction, load_rules
from tests.attacks.judge import Outcome
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Row
from tools.analyst.worlds.payment import Payment


def decide(payments: Iterable[Payment]) -> Iterator[Outcome]:
    """Decide on payments by the shipped rules, in the order in which they come, from an empty memory."""
    for row, assessment in Replay(load_rules(), None).assessments(_rows(payments)):
        decision = assessment.decision
        yield Outcome(row.transaction.transaction_id, decision.score, decision.suspicious)


def _rows(payments: Iterable[Payment]) -> Iterator[Row]:
    for payment in payments:
        yield Row(Transaction(**payment._asdict()), None, "")
