"""The data points of metrics, kept for as long as an alarm may look back."""

import math
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from emulator.cloud.taps import Datum

Key = tuple[str, str, frozenset[tuple[str, str]]]
_AGES = frozenset({"ApproximateAgeOfOldestMessage", "AsyncEventAge"})


class MetricStore:
    """Takes measurements, and gives statistics of them.

    Args:
        kept_seconds: How long a measurement is kept.
        scale: What a second of AWS lasts here.
    """

    def __init__(self, kept_seconds: float, scale: float) -> None:
        self.kept_seconds = kept_seconds
        self._scale = scale
        self._points: defaultdict[Key, deque[tuple[float, float]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def add(self, datum: Datum) -> None:
        """Take a measurement."""
        value = datum.value / self._scale if datum.name in _AGES else datum.value
        key = key_of(datum.namespace, datum.name, datum.dimensions)
        with self._lock:
            points = self._points[key]
            points.append((datum.at, value))
            while points[0][0] < datum.at - self.kept_seconds:
                points.popleft()

    def statistic(self, key: Key, which: str, start: float, end: float) -> float | None:
        """Return a statistic of the measurements from `start` to before `end`; None where there are none."""
        with self._lock:
            values = [value for at, value in self._points.get(key, ()) if start <= at < end]
        return _statistic(which, values) if values else None


def key_of(namespace: str, name: str, dimensions: Mapping[str, str]) -> Key:
    """Return how a metric is known."""
    return namespace, name, frozenset(dimensions.items())


def _statistic(which: str, values: Sequence[float]) -> float:
    if which.startswith("p"):
        ordered = sorted(values)
        return ordered[max(0, math.ceil(float(which[1:]) / 100 * len(ordered)) - 1)]
    return {
        "Average": sum(values) / len(values),
        "Maximum": max(values),
        "Minimum": min(values),
        "SampleCount": float(len(values)),
        "Sum": math.fsum(values),
    }[which]
