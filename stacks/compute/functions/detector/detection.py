"""One transaction from event to decision: read the profiles, score, tell, learn."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from shared.runtime.backoff import pause
from shared.runtime.events import StoredTransaction, stored_transaction
from shared.runtime.fields import EventError
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.tracing import Segment, continue_trace
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.messages import suspicion
from stacks.compute.functions.detector.ports import (
    CountedPlace,
    DetectorError,
    FirstUsesStore,
    Outbox,
    PopulationStore,
    Profiles,
    ProfileStore,
)
from stacks.compute.functions.detector.scoring import Decision, Sample, Transaction, new_places
from stacks.compute.functions.profiles.transactions import scored_transaction

_WRITE_ATTEMPTS: Final = 6


class Detection:
    """Decides about transactions, each delivered at least once and in any order.

    The message is sent before the profile is written. A crash between the two repeats the message, which the
    notifier recognises; the other order would lose it, because the transaction would already be known.

    Args:
        profiles: The profiles.
        first_uses: Which accounts began to use what lately.
        population: What is known of all accounts and merchants together.
        queue: The suspicious transactions.
        rules: The rules in force.
        log: Where to log.
        pseudonym_secret: Key of the accounts' pseudonyms.
        time_to_live: How long a profile outlives its last transaction; zero for ever.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(  # noqa: PLR0913 - the parts of a service, each named
        self,
        profiles: ProfileStore,
        first_uses: FirstUsesStore,
        population: PopulationStore,
        queue: Outbox,
        *,
        rules: ActiveRules,
        log: Logger,
        pseudonym_secret: str,
        time_to_live: timedelta,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._profiles = profiles
        self._first_uses = first_uses
        self._population = population
        self._queue = queue
        self._rules = rules
        self._log = log
        self._secret = pseudonym_secret
        self._time_to_live = time_to_live
        self._clock = clock

    def receive(self, event: Mapping[str, Any]) -> Decision | None:
        """Decide about the transaction of a bus event; see `decide`.

        Raises:
            EventError: The event is not a stored transaction.
            DetectorError: It could not be done now; the same event may be delivered again.
        """
        try:
            stored = stored_transaction(event)
        except EventError as error:
            self._log.failure("unreadable event", reason=str(error))
            raise
        return self.decide(stored)

    def decide(self, stored: StoredTransaction) -> Decision | None:
        """Score one transaction, tell about it if it is suspicious, learn from it; None for a duplicate.

        Raises:
            DetectorError: It could not be done now; the same event may be delivered again.
        """
        trace = continue_trace(stored.trace_header)
        log = self._log.bind(
            trace_id=trace.trace_id,
            transaction_id=stored.transaction_id,
            account=pseudonym(stored.account_id, self._secret),
        )
        try:
            with Segment("detect-fraud", trace) as segment:
                segment.annotate(transaction_id=stored.transaction_id)
                decision = self._score_and_learn(stored, segment, log)
                if decision is not None:
                    segment.annotate(suspicious=decision.suspicious, score=decision.score)
        except DetectorError as error:
            log.failure("not decided, to be delivered again", reason=str(error))
            raise
        if decision is None:
            log.info("duplicate")
            return None
        log.info(
            "suspicious" if decision.suspicious else "scored",
            score=round(decision.score, 4),
            reasons=[reason.code for reason in decision.reasons],
            shadow=[reason.code for reason in decision.shadow],
            suppressed=decision.suppressed,
            rules_version=decision.rules_version,
            age_milliseconds=self._clock() - stored.received_at,
        )
        return decision

    def _score_and_learn(self, stored: StoredTransaction, segment: Segment, log: Logger) -> Decision | None:
        transaction = scored_transaction(stored)
        # Of one version from beginning to end, however often the write is tried.
        scorer = self._rules.scorer()
        population = self._population.view(scorer.rules)
        decision: Decision | None = None
        told: Decision | None = None
        for attempt in range(_WRITE_ATTEMPTS):
            if attempt:
                pause(attempt)
            with segment.call("DynamoDB", "BatchGetItem"):
                known = self._profiles.read(stored.account_id, stored.merchant_id)
            if known.account.knows(transaction):
                # At the first attempt a duplicate; later perhaps our own write, whose answer was lost.
                return told or decision
            counted = self._counted(transaction, known, segment)
            assessment = scorer.assess(
                transaction,
                known.account,
                known.merchant,
                population,
                sharing={each.place: each.uses for each in counted},
                controls=known.controls,
            )
            decision = assessment.decision
            if decision.suspicious and told is None:
                with segment.call("SQS", "SendMessage"):
                    self._queue.send(suspicion(stored, decision, segment.context.header))
                told = decision
            sample = scorer.sample(transaction, known.account, assessment, population)
            if not scorer.update(known.account, transaction, assessment):
                log.info("too late to learn from")
                return told or decision
            with segment.call("DynamoDB", "PutItem"):
                written = self._write(stored.account_id, known)
            if written:
                self._count_first_uses(counted, transaction, segment, log)
                self._teach_population(sample, transaction.transaction_id, log)
                return told or decision
            log.debug("another transaction of the account was faster", attempt=attempt)
        raise DetectorError(f"the profile changed during each of {_WRITE_ATTEMPTS} attempts")

    def _counted(self, transaction: Transaction, known: Profiles, segment: Segment) -> Sequence[CountedPlace]:
        """Return the counters of what the account uses for the first time: none for most payments."""
        places = new_places(transaction, known.account)
        if not places:
            return ()
        with segment.call("DynamoDB", "BatchGetItem"):
            return self._first_uses.read(places)

    def _count_first_uses(
        self, counted: Sequence[CountedPlace], transaction: Transaction, segment: Segment, log: Logger
    ) -> None:
        for each in counted:
            try:
                with segment.call("DynamoDB", "PutItem"):
                    self._first_uses.learn(each, transaction)
            except DetectorError as error:
                # As with the population: the decision stands, and one use more or less changes little.
                log.failure("a first use is not counted", kind=each.place.kind, reason=str(error))

    def _teach_population(self, sample: Sample | None, transaction_id: str, log: Logger) -> None:
        if sample is None:
            return
        try:
            self._population.learn(sample, transaction_id)
        except DetectorError as error:
            # The decision stands and the account has learnt: no reason to deliver it again.
            log.failure("a sample of the population is lost", reason=str(error))

    def _write(self, account_id: str, known: Profiles) -> bool:
        seconds = int(self._time_to_live.total_seconds())
        expires_at = self._clock() // 1000 + seconds if seconds else None
        return self._profiles.write(account_id, known.account, revision=known.revision, expires_at=expires_at)
