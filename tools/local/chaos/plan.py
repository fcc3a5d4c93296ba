"""How often each kind of fault strikes in `make chaos`: often enough to be seen in a thousand of them."""

from dataclasses import dataclass
from typing import Final

from emulator.cloud.chaos import Plan, Strike

SUBJECT: Final = r"demo-[0-9]+-[0-9]{6}"
"""The ids of generated transactions (tools/local/traffic/generator.py)."""

RATES: Final = {
    Strike.CALL_THROTTLED: 0.004,
    Strike.CALL_REFUSED: 0.004,
    Strike.CALL_FAILED_AFTER: 0.004,
    Strike.CALL_CUT_BEFORE: 0.002,
    Strike.CALL_CUT_AFTER: 0.002,
    Strike.CRASH_BEFORE: 0.0015,
    Strike.CRASH_AFTER: 0.0015,
    Strike.TOPIC_UNREACHABLE: 0.03,
    Strike.TABLES_UNREACHABLE: 0.0003,
    Strike.FULL_CONCURRENCY: 0.001,
    Strike.ANSWER_LOST: 0.01,
    Strike.EVENT_REPEATED: 0.03,
    Strike.EVENT_DELAYED: 0.02,
    Strike.EVENT_OVERTAKEN: 0.05,
    Strike.PIPE_STOPPED: 0.004,
    Strike.PIPE_THROTTLED: 0.01,
    Strike.PIPE_TIMED_OUT: 0.01,
    Strike.PIPE_TOOK_A_PART: 0.02,
    Strike.BATCH_REPEATED: 0.02,
    Strike.MESSAGE_REPEATED: 0.05,
    Strike.REQUEST_CUT_BEFORE: 0.005,
    Strike.REQUEST_CUT_AFTER: 0.01,
}
"""Each time that it could strike, in a run of MEANT_FOR. A transaction makes about eight calls: one in forty
meets a crash."""

MEANT_FOR: Final = range(1000, 10_000 + 1)
"""Numbers of transactions. In a smaller run more strikes, in a larger one less: each kind is to strike some
times, not thousands of times, and what ends a process costs a second of a processor."""


@dataclass(frozen=True)
class Tempo:
    """How time runs in a run.

    Attributes:
        delay_scale: What the waits between retries are multiplied by.
        visibility_scale: What visibility timeouts are multiplied by.
        outage_seconds: How long an outage lasts, and an event is delayed.
        quiet_seconds: Longer than any wait that cannot be seen from outside: nothing moves any more after it.
        poison_each: After so many transactions there is another pair of an unreadable message and event.
    """

    delay_scale: float
    visibility_scale: float
    outage_seconds: float
    quiet_seconds: float
    poison_each: int


_LONG: Final = Tempo(1 / 60, 1 / 18, outage_seconds=5.0, quiet_seconds=8.0, poison_each=300)
"""360 seconds become 20: five receives take longer than the lease of a notifier that has crashed."""
_SHORT: Final = Tempo(1 / 240, 1 / 180, outage_seconds=1.0, quiet_seconds=2.5, poison_each=300)
"""An alert whose notifier crashed goes to the dead-letter queue, and is redriven until the lease is over."""


def tempo(count: int) -> Tempo:
    """Return how time runs in a run of so many transactions."""
    return _SHORT if count < MEANT_FOR.start else _LONG


def plan(seed: int, count: int) -> Plan:
    """Return the plan of a run of so many transactions."""
    factor = min(max(1.0, MEANT_FOR.start / count), MEANT_FOR[-1] / count)
    rates = {str(kind): min(1.0, rate * factor) for kind, rate in RATES.items()}
    return Plan(seed, SUBJECT, rates, outage_seconds=tempo(count).outage_seconds)
