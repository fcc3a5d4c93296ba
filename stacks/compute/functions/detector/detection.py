"""One transaction from event to decision: read the profiles, score, record, tell, learn."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from shared.runtime.backoff import pause
from shared.runtime.counting import (
    CONFLICTS,
    DEGRADED,
    LATE,
    LATE_MILLISECONDS,
    PROFILES_SET_ASIDE,
    SUPPRESSED,
    SUSPICIOUS,
    counted,
    measured,
)
from shared.runtime.decisions import RecordedDecision, suspicious_transaction
from shared.runtime.events import StoredTransaction, stored_transaction
from shared.runtime.fields import EventError
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.tracing import Segment, continue_trace
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.messages import recorded
from stacks.compute.functions.detector.ports import (
    CountedPlace,
    DecisionStore,
    DetectorError,
    FirstUsesStore,
    Outbox,
    PopulationStore,
    Profiles,
    ProfileStore,
)
from stacks.compute.functions.detector.scoring import Decision, Sample, Transaction, new_places
from stacks.compute.functions.profiles.transactions import scored_transaction

_WRITE_ATTEMPTS: Final = 14
"""With pauses of up to a second they end within 10 s. Simulated with 10 to 15 ms from read to write: of 200
payments of one account at once all are written; of 100 a second for a minute, 1 % is left to Lambda."""


@dataclass
class _Course:
    """How a decision was come to.

    Attributes:
        conflicts: Writes of the profile that met another payment of the account.
        without: What could not be read, in the order in which it is told.
        challenger: What the challenger would have decided.
    """

    conflicts: int = 0
    without: tuple[str, ...] = ()
    challenger: Decision | None = None

    def leave_out(self, *parts: str) -> None:
        """Note parts that could not be read."""
        self.without = tuple(dict.fromkeys((*self.without, *parts)))


class Detection:
    """Decides about transactions, each delivered at least once and in any order.

    The decision recorded first stands, whatever a later delivery makes of the transaction. An alert, and one
    that a control holds back, is recorded before the profile learns, and told in between; anything else is
    recorded after it, once the profile it was judged by proved to be the latest. So a transaction that was
    learnt and has no decision was below the threshold, and what a crash leaves the next delivery completes. A
    delivery that finds an alert recorded sends its message again: the notifier recognises it.

    Args:
        profiles: The profiles.
        first_uses: Which accounts began to use what lately.
        population: What is known of all accounts and merchants together.
        decisions: The decisions, each kept with its transaction.
        queue: The suspicious transactions.
        rules: The rules in force.
        log: Where to log.
        function_name: Whose decisions are counted.
        pseudonym_secret: Key of the accounts' pseudonyms.
        time_to_live: How long a profile outlives its last transaction; zero for ever.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(  # noqa: PLR0913 - the parts of a service, each named
        self,
        profiles: ProfileStore,
        first_uses: FirstUsesStore,
        population: PopulationStore,
        decisions: DecisionStore,
        queue: Outbox,
        *,
        rules: ActiveRules,
        log: Logger,
        function_name: str,
        pseudonym_secret: str,
        time_to_live: timedelta,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._profiles = profiles
        self._first_uses = first_uses
        self._population = population
        self._decisions = decisions
        self._queue = queue
        self._rules = rules
        self._log = log
        self._function_name = function_name
        self._secret = pseudonym_secret
        self._time_to_live = time_to_live
        self._clock = clock
        self._told_faults: Mapping[str, str | None] = {}

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
        """Score one transaction, record the decision, tell of it if it is suspicious, and learn from it.

        Returns:
            The decision; None where it is not for this delivery to make: another was recorded before, or the
            transaction is gone.

        Raises:
            DetectorError: It could not be done now; the same event may be delivered again.
        """
        trace = continue_trace(stored.trace_header)
        log = self._log.bind(
            trace_id=trace.trace_id,
            transaction_id=stored.transaction_id,
            account=pseudonym(stored.account_id, self._secret),
        )
        course = _Course()
        try:
            with Segment("detect-fraud", trace) as segment:
                segment.annotate(transaction_id=stored.transaction_id)
                decision = self._decide(stored, course, segment, log)
                if decision is not None:
                    segment.annotate(suspicious=decision.suspicious, score=decision.score)
        except DetectorError as error:
            log.failure("not decided, to be delivered again", reason=str(error))
            raise
        if decision is not None:
            self._tell(decision, stored, course, log)
        return decision

    def _tell(self, decision: Decision, stored: StoredTransaction, course: _Course, log: Logger) -> None:
        """Log a decision that was made, and count what is unusual about it: most have nothing to count.

        How many there are DynamoDB counts itself, by their writes.
        """
        age = self._clock() - stored.received_at
        counts = {
            SUSPICIOUS: int(decision.suspicious),
            SUPPRESSED: int(decision.suppressed is not None),
            DEGRADED: int(bool(course.without)),
            LATE: int(age > LATE_MILLISECONDS),
            CONFLICTS: course.conflicts,
        }
        rare = decision.suspicious or decision.suppressed is not None
        log.measured(
            "suspicious" if decision.suspicious else "scored",
            measured(self._function_name, {name: count for name, count in counts.items() if count}),
            level="NOTICE" if rare else "INFO",
            score=round(decision.score, 4),
            reasons=[reason.code for reason in decision.reasons],
            shadow=[reason.code for reason in decision.shadow],
            suppressed=decision.suppressed,
            rules_version=decision.rules_version,
            age_milliseconds=age,
            **({"without": course.without} if course.without else {}),
        )

    def _decide(
        self, stored: StoredTransaction, course: _Course, segment: Segment, log: Logger
    ) -> Decision | None:
        transaction = scored_transaction(stored)
        # Of one version from beginning to end, however often the write is tried.
        scorer = self._rules.scorer()
        population = self._population.view(scorer.rules)
        decision: Decision | None = None
        is_recorded = is_ours = False
        for attempt in range(_WRITE_ATTEMPTS):
            if attempt:
                pause(attempt)
            known = self._read(stored, course, segment, log, as_last_written=attempt > 0)
            if known.account.knows(transaction):
                # Learnt by an earlier delivery, or by a write of ours whose answer was lost.
                break
            counted_places = self._counted(transaction, known, course, segment)
            sharing = {each.place: each.uses for each in counted_places}
            assessment = scorer.assess(
                transaction,
                known.account,
                known.merchant,
                population,
                sharing=sharing,
                controls=known.controls,
            )
            scored = assessment.decision
            if not is_recorded:
                decision = scored
                course.challenger = self._rules.challenger.decision(
                    scorer.rules, transaction, known, population, sharing
                )
            if not is_recorded and (scored.suspicious or scored.suppressed is not None):
                is_recorded, is_ours = True, self._record(stored, scored, course, segment, log)
            sample = scorer.sample(transaction, known.account, assessment, population)
            if not scorer.update(known.account, transaction, assessment):
                log.info("too late to learn from")
                break
            with segment.call("DynamoDB", "PutItem"):
                written = self._write(stored.account_id, known)
            if written:
                self._count_first_uses(counted_places, transaction, segment, log)
                self._teach_population(sample, transaction.transaction_id, log)
                break
            course.conflicts += 1
        else:
            raise DetectorError(f"the profile changed during each of {_WRITE_ATTEMPTS} attempts")
        if not is_recorded:
            is_ours = self._record(stored, decision, course, segment, log)
        return decision if is_ours else None

    def _read(
        self,
        stored: StoredTransaction,
        course: _Course,
        segment: Segment,
        log: Logger,
        *,
        as_last_written: bool,
    ) -> Profiles:
        """Read the profiles, set an unreadable one of the account aside, and note what is left out.

        A first read may be a moment old, which costs half: it is as if it had been made that moment earlier.
        Where the account has paid meanwhile, the write finds another revision, and the next read is exact.
        """
        with segment.call("DynamoDB", "BatchGetItem"):
            known = self._profiles.read(
                stored.account_id, stored.merchant_id, as_last_written=as_last_written
            )
            if known.damaged is not None:
                count = counted(PROFILES_SET_ASIDE, self._function_name)
                log.failure("the account's profile is set aside", reason=known.damaged, **count)
                self._profiles.set_aside(stored.account_id)
                mended = self._profiles.read(stored.account_id, stored.merchant_id, as_last_written=True)
                known = replace(mended, damaged=known.damaged)
        faults = {
            "population": self._population.fault,
            "rules": self._rules.fault,
            "account": known.damaged,
            **dict.fromkeys(known.left_out, "not readable, or not given"),
        }
        without = tuple(part for part, fault in faults.items() if fault is not None)
        if without and faults != self._told_faults:
            log.failure("scored without what is optional", **{part: faults[part] for part in without})
        self._told_faults = faults
        course.leave_out(*without)
        return known

    def _record(
        self,
        stored: StoredTransaction,
        decision: Decision | None,
        course: _Course,
        segment: Segment,
        log: Logger,
    ) -> bool:
        """Record a decision unless one stands, and tell of the one that stands; True where it is this one.

        Args:
            stored: The transaction.
            decision: None where the transaction was learnt before its decision was recorded, if it was.
            course: How the decision was come to.
            segment: Where calls are timed.
            log: Where to log.
        """
        now = self._clock()
        ours = (
            recorded(decision, now, course.without, course.challenger)
            if decision
            else RecordedDecision(suspicious=False, decided_at=now)
        )
        with segment.call("DynamoDB", "UpdateItem"):
            stands = self._decisions.record(stored, ours)
        if stands is None:
            log.failure("the transaction is gone: expired or erased, nobody is told")
            return False
        if stands.suspicious:
            segment.keep()
            with segment.call("SQS", "SendMessage"):
                self._queue.send(suspicious_transaction(stored, stands, segment.context.header))
        if stands != ours:
            log.info("duplicate", decided_at=stands.decided_at)
            return False
        if decision is None:
            late = now - stored.received_at > LATE_MILLISECONDS
            counts = measured(self._function_name, {LATE: 1} if late else {})
            log.measured("recorded after it was learnt: below the threshold", counts)
        return True

    def _counted(
        self, transaction: Transaction, known: Profiles, course: _Course, segment: Segment
    ) -> Sequence[CountedPlace]:
        """Return the counters of what the account uses for the first time: none for most payments."""
        places = new_places(transaction, known.account)
        if not places:
            return ()
        with segment.call("DynamoDB", "BatchGetItem"):
            counted_places = self._first_uses.read(places)
        if len(counted_places) < len(places):
            course.leave_out("first uses")
        return counted_places

    def _count_first_uses(
        self, counted_places: Sequence[CountedPlace], transaction: Transaction, segment: Segment, log: Logger
    ) -> None:
        for each in counted_places:
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
