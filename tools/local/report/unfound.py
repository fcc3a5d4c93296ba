"""Why frauds of a generated stream stay unfound, kind by kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tools.local.report.accounting import Account
from tools.local.traffic.compromise import COMPROMISED_MERCHANT
from tools.local.traffic.transactions import GENERATOR

WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amount_over_limit": "the account's earlier amounts are so large that this one is not rare for it",
        "unusual_amount": "the account's own amounts vary so much that this one is not rare for it",
        "new_category_abroad": "the account sometimes pays such amounts; a new country alone raises no alert",
        "improbable_travel": "the amount is usual; until positions are known, travel alone raises no alert",
        "card_testing": "card-testing payments look like any others until large ones follow",
        "low_and_slow": "days apart and little above the usual amount: each one looks ordinary",
        COMPROMISED_MERCHANT: "every field matches the account's habits: only a merchant verdict helps",
    }
)
"""Each kind of the generator, with why the detector lets such a fraud pass where it does."""


@dataclass(frozen=True)
class Unfound:
    """The frauds of one kind that raised no alert.

    Attributes:
        scenario: The kind.
        missed: How many.
        of: How many there were.
        highest_score: The greatest score among the missed; None where no score is known.
        why: What makes them hard to find.
    """

    scenario: str
    missed: int
    of: int
    highest_score: float | None
    why: str

    @property
    def sentence(self) -> str:
        """The same for people."""
        nearest = "" if self.highest_score is None else f" (highest score {self.highest_score:.2f})"
        return f"{self.scenario}: {self.missed} of {self.of} not found{nearest}: {self.why}"


def unfound(account: Account) -> list[Unfound]:
    """Return the kinds of generated frauds of which some were missed, the most missed first.

    A file's kinds are its own: nothing is known here of why they are hard.
    """
    frauds: dict[str, list[str]] = {}
    for delivery in account.evidence.deliveries:
        transaction = delivery.transaction
        if transaction.is_fraud and transaction.origin == GENERATOR and transaction.scenario in WHY:
            frauds.setdefault(transaction.scenario, []).append(transaction.transaction_id)
    found = [
        Unfound(scenario, len(missed), len(ids), _highest_score(account, missed), WHY[scenario])
        for scenario, ids in frauds.items()
        if (missed := [each for each in ids if each not in account.suspicious])
    ]
    return sorted(found, key=lambda each: (-each.missed, each.scenario))


def _highest_score(account: Account, ids: list[str]) -> float | None:
    decisions = account.evidence.decisions
    return max((decisions[each].score for each in ids if each in decisions), default=None)
