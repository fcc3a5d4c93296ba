"""The challenger: a second rules file that scores beside the one in force, to be compared after some days.

What it says is recorded with the decision. Nothing follows from it: no alert, and nothing is learnt by it, so
that it scores profiles as the rules in force have taught them.
"""

from collections.abc import Mapping
from typing import Any

from shared.runtime.logs import Logger, where_raised
from stacks.compute.functions.detector.ports import Profiles
from stacks.compute.functions.detector.scoring import (
    Decision,
    Rules,
    RulesError,
    Scorer,
    Sharing,
    Transaction,
    View,
    parse_rules,
)
from stacks.compute.functions.profiles.rules_item import published_text


class Challenger:
    """Scores by the rules that are published as challenger; without any, says nothing.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Logger) -> None:
        self._log = log
        self._scorer: Scorer | None = None
        self._seen: Any = None

    def use(self, item: Mapping[str, Any] | None) -> None:
        """Take over what is published; what cannot be used is told once, and scores nothing.

        Args:
            item: The challenger's item, of plain values; None where there is none.
        """
        published = None if item is None else (item.get("rules"), item.get("sha256"))
        if published == self._seen:
            return
        self._seen, self._scorer = published, None
        try:
            text = published_text(item)
            self._scorer = None if text is None else Scorer(parse_rules(text.encode()))
        except (RulesError, ValueError) as error:
            self._log.failure("challenger not used", reason=str(error))

    def decision(
        self, champion: Rules, transaction: Transaction, known: Profiles, population: View, sharing: Sharing
    ) -> Decision | None:
        """Return what it would decide; None where there is none, or it is what is in force already.

        Args:
            champion: The rules in force.
            transaction: The payment.
            known: What is stored of its account and merchant.
            population: As the rules in force see it.
            sharing: The counters of its new places.
        """
        scorer = self._scorer
        if scorer is None or scorer.rules.version == champion.version:
            return None
        try:
            return scorer.assess(
                transaction,
                known.account,
                known.merchant,
                population,
                sharing=sharing,
                controls=known.controls,
            ).decision
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the decision itself goes on
            self._scorer = None
            self._log.failure("challenger not used", error=type(error).__name__, where=where_raised(error))
            return None
