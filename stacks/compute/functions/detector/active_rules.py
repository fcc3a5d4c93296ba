"""The rules in force: the published ones as soon as they are seen, and never ones that cannot be used."""

import random
import time
from collections.abc import Callable
from typing import Final

from shared.runtime.counting import PUBLISHED_RULES_REFUSED, counted
from shared.runtime.logs import Logger
from stacks.compute.functions.detector.challenger import Challenger
from stacks.compute.functions.detector.ports import DetectorError, RulesStore
from stacks.compute.functions.detector.scoring import Rules, RulesError, Scorer, parse_rules
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY, published_text

SHORTEST_SECONDS: Final = 20.0
LONGEST_SECONDS: Final = 30.0
"""How long a reading holds; chance keeps the execution environments from asking all at once."""

AGAIN_SECONDS: Final = 5.0
"""Wait after a failed reading."""

TOLD_AGAIN_SECONDS: Final = 300.0
"""Interval at which an execution environment logs the same fault again."""


class ActiveRules:
    """Gives the scorer of the rules in force; reads them at most every `SHORTEST_SECONDS`.

    What is published and cannot be used is refused: the last good rules stay in force, which are the
    package's own until others have been seen. Nothing published means the package's own.

    Args:
        store: Where they are published.
        packaged: The package's own.
        log: Where to log.
        function_name: Whose refusals are counted.
        clock: Returns seconds. Wall time, because an environment that rests may not count any other.

    Attributes:
        challenger: Scores beside the rules in force, where one is published.
    """

    def __init__(
        self,
        store: RulesStore,
        packaged: Rules,
        log: Logger,
        function_name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._packaged = self._scorer = Scorer(packaged)
        self.challenger = Challenger(log)
        self._log = log
        self._function_name = function_name
        self._clock = clock
        self._read_at = 0.0
        self._holds_for = 0.0
        self._seen: str | None = None
        self._fault: str | None = None
        self._told_at: float | None = None

    @property
    def fault(self) -> str | None:
        """Why the published rules are not in force; None if they are."""
        return self._fault

    def scorer(self) -> Scorer:
        """Return the scorer of the rules in force; one decision must ask once."""
        now = self._clock()
        if not 0 <= now - self._read_at < self._holds_for:
            self._read_at = now
            self._holds_for = random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS)  # noqa: S311 - no secret
            self._read(now)
        return self._scorer

    def _read(self, now: float) -> None:
        try:
            items = self._store.published()
        except DetectorError as error:
            self._holds_for = AGAIN_SECONDS
            self._tell(str(error), now, refused=False)
            return
        self.challenger.use(items.get(CHALLENGER_KEY))
        try:
            text = published_text(items.get(RULES_KEY))
        except ValueError as error:
            self._seen = None
            self._tell(str(error), now, refused=True)
            return
        if self._fault is None and text == self._seen:
            return
        try:
            # A text that was refused is the same fault until another one is published.
            self._put_in_force(text)
        except RulesError as error:
            self._tell(str(error), now, refused=True)
        else:
            self._fault = None
        self._seen = text

    def _put_in_force(self, text: str | None) -> None:
        scorer = self._packaged if text is None else Scorer(parse_rules(text.encode()))
        if scorer.rules.version == self._scorer.rules.version:
            return
        self._log.notice(
            "rules changed", before=self._scorer.rules.version, rules_version=scorer.rules.version
        )
        self._scorer = scorer

    def _tell(self, fault: str, now: float, *, refused: bool) -> None:
        """Log a fault; rules that are refused are counted too, because only an operator can end that."""
        if fault == self._fault and self._told_at is not None and now - self._told_at < TOLD_AGAIN_SECONDS:
            return
        self._fault, self._told_at = fault, now
        count = counted(PUBLISHED_RULES_REFUSED, self._function_name) if refused else {}
        version = self._scorer.rules.version
        self._log.failure("published rules not used", reason=fault, rules_version=version, **count)
