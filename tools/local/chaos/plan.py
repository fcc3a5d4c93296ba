"""How often each kind of fault strikes in `make chaos`: often enough to be seen in a thousand of them."""

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
"""Each time that it could strike. A transaction makes about eight calls: one in forty meets a crash."""

VISIBILITY_SCALE: Final = 1 / 18
"""360 seconds become 20: five receives take longer than the lease of a notifier that has crashed."""

TRANSACTIONS_PER_POISON: Final = 300
"""So many for each pair of an unreadable message in the queue and an unreadable event on the bus."""


def plan(seed: int) -> Plan:
    """Return the plan of a run."""
    return Plan(seed, SUBJECT, {str(kind): rate for kind, rate in RATES.items()})
