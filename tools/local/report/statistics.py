"""The few statistics of a report: percentiles of latencies, precision and recall of decisions."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Percentiles:
    """Nearest-rank percentiles of some latencies, in milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class Quality:
    """How well the decisions met the labels; None where the quotient has no meaning."""

    precision: float | None
    recall: float | None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def percentiles(values: Sequence[float]) -> Percentiles:
    """Return p50, p95 and p99, rounded to tenths of a millisecond."""
    return Percentiles(*(_rounded(percentile(values, share), 1) for share in (0.50, 0.95, 0.99)))


def quality(flagged: Collection[str], frauds: Collection[str]) -> Quality:
    """Compare the ids that were flagged with the ids of the known frauds."""
    hits = len(set(flagged) & set(frauds))
    return Quality(
        precision=_rounded(hits / len(flagged), 4) if flagged else None,
        recall=_rounded(hits / len(frauds), 4) if frauds else None,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
