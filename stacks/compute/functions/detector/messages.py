"""From a decision's floats to the exact values of a message. Pure."""

from decimal import Decimal
from typing import Final

from shared.runtime.events import AlertReason, StoredTransaction, SuspiciousTransaction
from shared.runtime.money import plain
from stacks.compute.functions.detector.scoring import Decision, Reason

_MEASURE_STEP: Final = Decimal("0.0001")
_SCORE_STEP: Final = Decimal("0.000001")


def suspicion(stored: StoredTransaction, decision: Decision, trace_header: str) -> SuspiciousTransaction:
    """Return the message about a suspicious transaction."""
    return SuspiciousTransaction(
        transaction=stored,
        score=Decimal(decision.score).quantize(_SCORE_STEP),
        score_threshold=Decimal(str(decision.alert_threshold)),
        rules_version=decision.rules_version,
        reasons=tuple(_told(reason, decision) for reason in decision.reasons),
        trace_header=trace_header,
        base=_points(decision.base),
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
