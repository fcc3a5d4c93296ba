"""The detectors that the attacks are run on, with profiles in memory and without any verdict.

`DETECTOR=challenger` names the additive scorecard that is to replace the rules; else the rules decide.
"""

import os
from collections.abc import Iterable, Iterator

from stacks.compute.functions.detector.scoring import Transaction, load_rules
from tests.attacks.judge import Outcome
from tools.analyst import challenger
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Row
from tools.analyst.challenger.history import Row as ChallengerRow
from tools.analyst.challenger.replay import Replay as ChallengerReplay
from tools.analyst.worlds.payment import Payment


def decide(payments: Iterable[Payment]) -> Iterator[Outcome]:
    """Decide on payments by the shipped rules, in the order in which they come, from an empty memory."""
    if os.environ.get("DETECTOR") == "challenger":
        replay = ChallengerReplay(challenger.load_rules(), None)
        for row, assessment in replay.assessments(_challenger_rows(payments)):
            decision = assessment.decision
            yield Outcome(row.transaction.transaction_id, decision.score, decision.suspicious)
        return
    for taken, decided in Replay(load_rules(), None).decisions(_rows(payments)):
        yield Outcome(taken.transaction.transaction_id, decided.score, decided.suspicious)


def _rows(payments: Iterable[Payment]) -> Iterator[Row]:
    for payment in payments:
        fields = payment._asdict()
        yield Row(Transaction(**{name: fields[name] for name in Transaction._fields}), None, "")


def _challenger_rows(payments: Iterable[Payment]) -> Iterator[ChallengerRow]:
    for payment in payments:
        yield ChallengerRow(challenger.Transaction(**payment._asdict()), None)
