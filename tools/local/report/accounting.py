"""What became of every transaction, counted at each hop by itself and compared: nothing may be missing.

Each hop is counted from its own evidence: the API's answers, the table, the detector's log of decisions, the
alert table, the mailbox, the queues. So ``suspicious == recorded == mailed`` says that nothing was lost.
An alert counts as mailed that has a mail of its own, or that is recorded as grouped and found in a summary.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tools.local.report.mailbox import Mail
from tools.local.report.statistics import Percentiles, Quality, percentiles, quality
from tools.local.traffic.replay import Delivery
from tools.reconciliation.standing import Standing


@dataclass(frozen=True)
class Decision:
    """What the detector said in its log about one transaction."""

    transaction_id: str
    suspicious: bool
    score: float
    reasons: tuple[str, ...]


@dataclass
class Evidence:
    """What each hop shows.

    Attributes:
        deliveries: What was posted and answered.
        stored: Ids in the table of transactions.
        decisions: The detector's decision on each id, as its log tells it.
        standings: What the tables say of each transaction, read as `make reconcile` does.
        recorded: Ids in the table of alerts.
        grouped: Those of them that are recorded as waiting for a summary, or told by one.
        mails: Mails of the fraud alerts' topic, in order of arrival.
        queued: Messages in each queue that holds any, dead letter queues too.
    """

    deliveries: Sequence[Delivery] = ()
    stored: frozenset[str] = frozenset()
    decisions: dict[str, Decision] = field(default_factory=dict)
    standings: Sequence[Standing] = ()
    recorded: frozenset[str] = frozenset()
    grouped: frozenset[str] = frozenset()
    mails: list[Mail] = field(default_factory=list)
    queued: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Losses:
    """Ids that went missing, by the hop that should have shown them."""

    not_answered: frozenset[str]
    not_stored: frozenset[str]
    not_decided: frozenset[str]
    not_recorded: frozenset[str]
    not_mailed: frozenset[str]
    not_reconciled: frozenset[str] = frozenset()

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every transaction that was lost somewhere."""
        return frozenset().union(*self.by_hop().values())

    def by_hop(self) -> dict[str, frozenset[str]]:
        """Return the missing ids by hop, in the order of the pipeline."""
        return {
            "posted without a final answer": self.not_answered,
            "accepted but not in the table": self.not_stored,
            "stored without a decision": self.not_decided,
            "suspicious without an alert record": self.not_recorded,
            "suspicious without a mail": self.not_mailed,
            "lacking something by the tables, as make reconcile says": self.not_reconciled,
        }


class Account:
    """The balance of one replay, from the evidence of every hop."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        outcomes = {delivery.transaction.transaction_id: delivery.outcome for delivery in evidence.deliveries}
        self.sent = frozenset(outcomes)
        self.accepted = frozenset(each for each, outcome in outcomes.items() if outcome.accepted)
        self.rejected = frozenset(each for each, outcome in outcomes.items() if outcome.rejected)
        kept = {each.transaction_id for each in evidence.standings if each.suspicious}
        logged = {each for each, made in evidence.decisions.items() if made.suspicious}
        self.suspicious = frozenset(kept | logged)
        self.mailed_alone = frozenset(mail.transaction_id for mail in evidence.mails if not mail.summarised)
        self.summarised = _summarised(evidence)
        self.mailed = self.mailed_alone | self.summarised

    @property
    def losses(self) -> Losses:
        """What is missing where."""
        stored = self.evidence.stored
        return Losses(
            not_answered=self.sent - self.accepted - self.rejected,
            not_stored=self.accepted - stored,
            not_decided=stored - self.decided,
            not_recorded=self.suspicious - self.evidence.recorded,
            not_mailed=self.suspicious - self.mailed,
            not_reconciled=frozenset(
                each.transaction_id for each in self.evidence.standings if each.fault is not None
            ),
        )

    @property
    def decided(self) -> frozenset[str]:
        """Ids whose decision was logged, or is kept with the transaction: a log line can be cut off."""
        kept = (each.transaction_id for each in self.evidence.standings if each.decision is not None)
        return frozenset(self.evidence.decisions).union(kept)

    @property
    def mailed_twice(self) -> frozenset[str]:
        """Transactions about which somebody got more than one mail."""
        mails = Counter(
            (transaction_id, mail.recipient)
            for mail in self.evidence.mails
            for transaction_id in (mail.listed if mail.summarised else {mail.transaction_id})
        )
        return frozenset(transaction_id for (transaction_id, _), count in mails.items() if count > 1)

    @property
    def mailed_without_cause(self) -> frozenset[str]:
        """Transactions that were mailed or recorded although no decision called them suspicious."""
        return (self.mailed | self.evidence.recorded) - self.suspicious

    @property
    def left_in_queues(self) -> int:
        """Messages that wait or failed."""
        return sum(self.evidence.queued.values())

    @property
    def by_reason(self) -> dict[str, int]:
        """How many suspicious transactions each rule had a part in, the most frequent first."""
        decisions = (self.evidence.decisions.get(each) for each in self.suspicious)
        return dict(Counter(reason for made in decisions if made for reason in made.reasons).most_common())

    @property
    def by_scenario(self) -> dict[str, tuple[int, int]]:
        """For each kind of known fraud: how many of how many were found."""
        frauds = [each.transaction for each in self.evidence.deliveries if each.transaction.is_fraud]
        return {
            scenario: (sum(fraud.transaction_id in self.suspicious for fraud in alike), len(alike))
            for scenario in sorted({fraud.scenario for fraud in frauds})
            if (alike := [fraud for fraud in frauds if fraud.scenario == scenario])
        }

    @property
    def quality(self) -> Quality:
        """Precision and recall over the stored transactions whose truth is known."""
        labels = {
            each.transaction.transaction_id: each.transaction.is_fraud
            for each in self.evidence.deliveries
            if each.transaction.is_fraud is not None
            and each.transaction.transaction_id in self.evidence.stored
        }
        return quality(self.suspicious & labels.keys(), [each for each, fraud in labels.items() if fraud])

    @property
    def post_to_stored(self) -> Percentiles:
        """From sending the POST to reading its 201: an upper bound of the time to the write."""
        return percentiles(
            [
                each.outcome.answered_at - each.outcome.sent_at
                for each in self.evidence.deliveries
                if each.outcome.accepted
            ]
        )

    @property
    def post_to_mail(self) -> Percentiles:
        """From sending the POST to the arrival of its own mail; a summary waits for the end of its window."""
        arrived = _first_arrivals(self.evidence.mails)
        return percentiles(
            [
                arrived[each.transaction.transaction_id] - each.outcome.sent_at
                for each in self.evidence.deliveries
                if each.transaction.transaction_id in arrived
            ]
        )

    @property
    def answers(self) -> dict[int, int]:
        """How often each HTTP status was answered, tries that were repeated included; 0 is no answer."""
        statuses = (
            answer.status for delivery in self.evidence.deliveries for answer in delivery.outcome.answers
        )
        return dict(sorted(Counter(statuses).items()))

    def faults(self) -> list[str]:
        """Return what is wrong, in words with the first few ids; empty when everything adds up."""
        wrong = {
            **self.losses.by_hop(),
            "mailed more than once": self.mailed_twice,
            "recorded or mailed without a suspicious decision": self.mailed_without_cause,
        }
        words = [f"{len(ids)} {what}: {_some(ids)}" for what, ids in wrong.items() if ids]
        return words + [
            f"{count} messages left in {name}" for name, count in self.evidence.queued.items() if count
        ]


def _first_arrivals(mails: Iterable[Mail]) -> dict[str, float]:
    arrived: dict[str, float] = {}
    for mail in mails:
        if mail.summarised:
            continue
        arrived[mail.transaction_id] = min(
            mail.received_at, arrived.get(mail.transaction_id, mail.received_at)
        )
    return arrived


def _summarised(evidence: Evidence) -> frozenset[str]:
    """Return the grouped alerts that summaries tell of.

    A summary lists the first alerts and counts the rest: those are told where every recipient's counts add up
    to what is recorded as grouped.
    """
    counts = Counter[str]()
    listed: set[str] = set()
    for mail in evidence.mails:
        counts[mail.recipient] += mail.summarised
        listed |= mail.listed
    complete = all(count == len(evidence.grouped) for count in counts.values())
    return evidence.grouped if counts and complete else frozenset(listed)


def _some(ids: frozenset[str]) -> str:
    shown = ", ".join(sorted(ids)[:3])
    return f"{shown}, ..." if len(ids) > 3 else shown
