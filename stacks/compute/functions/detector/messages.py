"""From a decision's floats to the exact values that are recorded and told. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from shared.runtime.decisions import Challenged, RecordedDecision
from shared.runtime.events import AlertReason
from shared.runtime.money import plain
from stacks.compute.functions.detector.scoring import Decision, Reason

_MEASURE_STEP: Final = Decimal("0.0001")
_SCORE_STEP: Final = Decimal("0.000001")


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
