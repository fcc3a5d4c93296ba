"""Store metric data points for as long as alarms evaluate them."""

import math
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from emulator.cloud.taps import Datum

Key = tuple[str, str, frozenset[tuple[str, str]]]
_AGES = frozenset({"ApproximateAgeOfOldestMessage", "AsyncEventAge"})


class MetricStore:
    """Stores data points and computes statistics.

    Args:
        kept_seconds: Retention of data points, in seconds.
        scale: Duration of an AWS second, in seconds.
    """

    def __init__(self, kept_seconds: float, scale: float) -> None:
        self.kept_seconds = kept_seconds
        self._scale = scale
        self._points: defaultdict[Key, deque[tuple[float, float]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def add(self, datum: Datum) -> None:
        """Add a data point."""
        value = datum.value / self._scale if datum.name in _AGES else datum.value
        key = key_of(datum.namespace, datum.name, datum.dimensions)
        with self._lock:
            points = self._points[key]
            points.append((datum.at, value))
            while points[0][0] < datum.at - self.kept_seconds:
                points.popleft()

    def statistic(self, key: Key, which: str, start: float, end: float) -> float | None:
        """Return a statistic of the data points from `start` (inclusive) to `end` (exclusive), or None."""
        with self._lock:
            values = [value for at, value in self._points.get(key, ()) if start <= at < end]
        return _statistic(which, values) if values else None


def key_of(namespace: str, name: str, dimensions: Mapping[str, str]) -> Key:
    """Return the key that identifies a metric."""
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
