"""Walk-forward tuning: while history is replayed, the rules are learnt anew from what is known by then."""

from collections.abc import Iterable, Iterator

from stacks.compute.functions.detector.scoring import Assessment
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Row
from tools.analyst.tune.budget import with_threshold
from tools.analyst.tune.examples import Examples
from tools.analyst.tune.fitting import TooFewVerdictsError, fit


class Retuning:
    """Retunes a replay's rules every so many days, from the verdicts that are known at that moment.

    Each fit starts from the first rules, not from its own last result, and the threshold keeps the number of
    alerts that those made.

    Args:
        replay: What is retuned; it has a label delay, and measures all quantities.
        every_days: Days between two fits, from the stream's first payment on.

    Attributes:
        fits: Epoch milliseconds of each fit, and what came of it in words.
    """

    def __init__(self, replay: Replay, every_days: float) -> None:
        self._replay = replay
        self._first_rules = replay.rules
        self._every = int(every_days * MILLISECONDS_PER_DAY)
        self._delay = int((replay.label_delay_days or 0) * MILLISECONDS_PER_DAY)
        self._examples = Examples()
        self.fits: list[tuple[int, str]] = []

    def assessments(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Assessment]]:
        """Yield as `Replay.assessments`, under the rules of the moment."""
        for row, assessment in self._replay.assessments(self._retuning(rows)):
            self._examples.add(row, assessment)
            yield row, assessment

    def _retuning(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Hand on the rows, and retune before the first one of each period."""
        due = None
        for row in rows:
            timestamp = row.transaction.timestamp
            if due is None:
                due = timestamp + self._every
            while timestamp >= due:
                self._retune(due)
                due += self._every
            yield row

    def _retune(self, now: int) -> None:
        table = self._examples.table()
        known = table.where(table.timestamps <= now - self._delay)
        try:
            fitted = fit(known, self._first_rules)
        except TooFewVerdictsError as error:
            self.fits.append((now, str(error)))
            return
        self._replay.use(with_threshold(fitted, self._first_rules))
        self.fits.append((now, f"{known.fraud_count} frauds known, {fitted.rounds} stumps"))
