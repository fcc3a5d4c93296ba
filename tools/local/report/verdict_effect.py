"""What one verdict changed: the next fraud at the merchant, with and without the verdict's points."""

from dataclasses import dataclass
from typing import Final, Self

from tools.local.report.accounting import Account
from tools.local.traffic.compromise import COMPROMISED_MERCHANT, Dispute

MERCHANT_RISK: Final = "merchant_risk"
"""Code of the reason that confirmed frauds at a merchant give."""


@dataclass(frozen=True)
class VerdictEffect:
    """The fraud that a verdict was about, and the first one at its merchant after the verdict.

    Attributes:
        merchant_id: Where both happened.
        disputed_id: What the verdict was about.
        disputed_score: Its score.
        next_id: The next fraud there.
        of_another_account: Whether it was another account's than the disputed one.
        next_score: Its score.
        found: Whether it raised an alert.
        points: What the merchant's confirmed fraud added to its log-odds; 0 without that reason.
        score_without: Its score without these points.
        threshold: From where on a score raises an alert.
        genuine_alerts: Alerts on genuine payments at the merchant after the verdict.
    """

    merchant_id: str
    disputed_id: str
    disputed_score: float
    next_id: str
    of_another_account: bool
    next_score: float
    found: bool
    points: float
    score_without: float
    threshold: float
    genuine_alerts: int

    @property
    def because_of_the_verdict(self) -> bool:
        """Whether it was found, and would not have been without the verdict."""
        return self.found and self.score_without < self.threshold

    @classmethod
    def of(cls, account: Account, dispute: Dispute) -> Self | None:
        """Read it from the evidence; None where the next fraud's decision and its reasons are not known."""
        later = [
            each.transaction
            for each in account.evidence.deliveries[dispute.position :]
            if each.transaction.fields["merchant_id"] == dispute.merchant_id
        ]
        # A fraud of another kind there may be found without the verdict.
        following = next((each for each in later if each.scenario == COMPROMISED_MERCHANT), None)
        recorded = {each.transaction_id: each.decision for each in account.evidence.standings}
        disputed = account.evidence.decisions.get(dispute.transaction.transaction_id)
        decision = recorded.get(following.transaction_id) if following else None
        if following is None or disputed is None or decision is None:
            return None
        if decision.score is None or decision.score_threshold is None:
            return None
        by_verdict = [each for each in decision.reasons if each.code == MERCHANT_RISK]
        score = float(decision.score)
        return cls(
            merchant_id=dispute.merchant_id,
            disputed_id=dispute.transaction.transaction_id,
            disputed_score=disputed.score,
            next_id=following.transaction_id,
            of_another_account=following.fields["account_id"] != dispute.transaction.fields["account_id"],
            next_score=score,
            found=decision.suspicious,
            points=float(sum(each.points or 0 for each in by_verdict)),
            score_without=score - float(sum(each.contribution for each in by_verdict)),
            threshold=float(decision.score_threshold),
            genuine_alerts=sum(
                each.is_fraud is False and each.transaction_id in account.suspicious for each in later
            ),
        )

    @property
    def sentences(self) -> list[str]:
        """The same for people."""
        whose = ", of another account," if self.of_another_account else ""
        before = f"before: {self.disputed_id} at {self.merchant_id} scored {self.disputed_score:.2f}; "
        after = f"after: the next fraud of its kind there, {self.next_id}{whose} scored "
        why = f"{self.points:+.1f} of its log-odds are {MERCHANT_RISK}, from that verdict; without it the "
        said = [
            before + "its card holder disputed it, and a verdict confirmed the fraud",
            after + f"{self.next_score:.2f}: {'found' if self.found else 'not found'}",
            why + f"score would be {self.score_without:.2f}; the alert threshold is {self.threshold:.2f}",
        ]
        if self.genuine_alerts:
            cost = f"the cost: {self.genuine_alerts} genuine payments there have raised alerts since; "
            said.append(cost + "a legitimate verdict lowers the risk again")
        return said
