"""A decision is recorded once, told to the queue if it is suspicious, and counted."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from shared.runtime.counting import (
    CONFLICTS,
    DEGRADED,
    LATE,
    LATE_MILLISECONDS,
    SUPPRESSED,
    SUSPICIOUS,
    measured,
)
from shared.runtime.decisions import Challenged, RecordedDecision, suspicious_transaction
from shared.runtime.events import AlertReason
from shared.runtime.money import plain
from stacks.compute.functions.detector.delivery import Delivery
from stacks.compute.functions.detector.ports import DecisionStore, Outbox
from stacks.compute.functions.detector.scoring import Decision, Reason

_MEASURE_STEP: Final = Decimal("0.0001")
_SCORE_STEP: Final = Decimal("0.000001")


class Recording:
    """Records decisions.

    Args:
        decisions: The decisions, each kept with its transaction.
        queue: The suspicious transactions.
        function_name: Whose decisions are counted.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(
        self, decisions: DecisionStore, queue: Outbox, function_name: str, clock: Callable[[], int]
    ) -> None:
        self._decisions = decisions
        self._queue = queue
        self._function_name = function_name
        self._clock = clock

    def record(self, delivery: Delivery, decision: Decision | None) -> bool:
        """Record a decision unless one is recorded, and send the recorded one if it is suspicious.

        Args:
            delivery: What is decided about.
            decision: None where the transaction was learnt before its decision was recorded, if it was.

        Returns:
            Whether this decision is the recorded one.

        Raises:
            DetectorError: It could not be done now.
        """
        now, segment, stored = self._clock(), delivery.segment, delivery.stored
        ours = (
            recorded(decision, now, delivery.without, delivery.challenger)
            if decision
            else RecordedDecision(suspicious=False, decided_at=now)
        )
        with segment.call("DynamoDB", "UpdateItem"):
            stands = self._decisions.record(stored, ours)
        if stands is None:
            delivery.log.failure("the transaction is gone: expired or erased, nobody is told")
            return False
        if stands.suspicious:
            segment.keep()
            with segment.call("SQS", "SendMessage"):
                self._queue.send(suspicious_transaction(stored, stands, segment.context.header))
        if stands != ours:
            delivery.log.info("duplicate", decided_at=stands.decided_at)
            return False
        if decision is None:
            late = now - stored.received_at > LATE_MILLISECONDS
            counts = measured(self._function_name, {LATE: 1} if late else {})
            delivery.log.measured("recorded after it was learnt: below the threshold", counts)
        return True

    def log(self, delivery: Delivery, decision: Decision) -> None:
        """Log a decision that was made, and count what is unusual about it: most have nothing to count.

        How many there are DynamoDB counts itself, by their writes.
        """
        age = self._clock() - delivery.stored.received_at
        counts = {
            SUSPICIOUS: int(decision.suspicious),
            SUPPRESSED: int(decision.suppressed is not None),
            DEGRADED: int(bool(delivery.without)),
            LATE: int(age > LATE_MILLISECONDS),
            CONFLICTS: delivery.conflicts,
        }
        rare = decision.suspicious or decision.suppressed is not None
        delivery.log.measured(
            "suspicious" if decision.suspicious else "scored",
            measured(self._function_name, {name: count for name, count in counts.items() if count}),
            level="NOTICE" if rare else "INFO",
            score=round(decision.score, 4),
            reasons=[reason.code for reason in decision.reasons],
            shadow=[reason.code for reason in decision.shadow],
            suppressed=decision.suppressed,
            rules_version=decision.rules_version,
            age_milliseconds=age,
            **({"without": delivery.without} if delivery.without else {}),
        )


def recorded(
    decision: Decision,
    decided_at: int,
    without: Sequence[str] = (),
    challenger: Decision | None = None,
) -> RecordedDecision:
    """Return the decision as it is kept with its transaction.

    Args:
        decision: The decision.
        decided_at: Epoch milliseconds.
        without: What could not be read.
        challenger: What the challenger would have decided, None where there is none.
    """
    return RecordedDecision(
        suspicious=decision.suspicious,
        decided_at=decided_at,
        score=Decimal(decision.score).quantize(_SCORE_STEP),
        score_threshold=Decimal(str(decision.alert_threshold)),
        rules_version=decision.rules_version,
        suppressed_by=decision.suppressed,
        reasons=tuple(_told(reason, decision) for reason in decision.reasons),
        base=_points(decision.base) if decision.reasons else None,
        scored_without=tuple(without),
        shadow=tuple(reason.code for reason in decision.shadow),
        challenger=None
        if challenger is None
        else Challenged(
            rules_version=challenger.rules_version,
            score=Decimal(challenger.score).quantize(_SCORE_STEP),
            suspicious=challenger.suspicious,
        ),
    )


def _told(reason: Reason, decision: Decision) -> AlertReason:
    without = decision.score_without(reason)
    return AlertReason(
        code=reason.code,
        observed=_measure(reason.observed),
        baseline=_measure(reason.baseline),
        threshold=_measure(reason.threshold),
        unit=reason.unit,
        contribution=Decimal(max(decision.score - without, 0.0)).quantize(_SCORE_STEP),
        points=_points(reason.points),
    )


def _points(points: float) -> Decimal:
    return Decimal(points).quantize(_MEASURE_STEP)


def _measure(value: float | str) -> str:
    return value if isinstance(value, str) else plain(Decimal(value).quantize(_MEASURE_STEP))
