"""Throttling: a token bucket per method of a stage, with the deployed rate and burst.

Source: "Throttle requests to your REST APIs" in the API Gateway developer guide.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.dataplane.gateway.errors import GatewayError

_ACCOUNT_RATE, _ACCOUNT_BURST = 10_000.0, 5_000
"""The account's limits, which apply if the stage sets none."""


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: int
    tokens: float
    filled_at: float


class Throttle:
    """The token buckets of all methods.

    Args:
        clock: Monotonic clock in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key: str, rate: float, burst: int) -> None:
        """Take a token from the bucket `key`.

        Raises:
            GatewayError: The bucket is empty.
        """
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(key)
            if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
                bucket = self._buckets[key] = _Bucket(rate, burst, float(burst), now)
            bucket.tokens = min(float(burst), bucket.tokens + (now - bucket.filled_at) * rate)
            bucket.filled_at = now
            if bucket.tokens < 1:
                raise GatewayError("THROTTLED", "Too Many Requests")
            bucket.tokens -= 1


def limits(settings: Mapping[str, Mapping[str, Any]], resource_path: str, method: str) -> tuple[float, int]:
    """Return a method's rate (per second) and burst, from the most specific method setting."""
    escaped = resource_path.replace("/", "~1")
    for key in (f"{escaped}/{method}", f"{resource_path.lstrip('/')}/{method}", "*/*"):
        entry = settings.get(key)
        if entry is not None:
            rate = float(entry.get("throttlingRateLimit", -1))
            burst = int(entry.get("throttlingBurstLimit", -1))
            return (rate if rate >= 0 else _ACCOUNT_RATE, burst if burst >= 0 else _ACCOUNT_BURST)
    return _ACCOUNT_RATE, _ACCOUNT_BURST
