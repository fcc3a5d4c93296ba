"""Alarms on silent failures, which compare the counts of tables and functions hop by hop.

A failing function has its own alarm. These detect failures without errors: transactions without a decision,
alerts without a record, or an unusual number of alerts.
"""

import pulumi

from shared.infra.contracts import ComputeContract, DataContract
from shared.runtime import counting
from stacks.alerting import metrics
from stacks.alerting.alarm import FIVE_MINUTES, HOUR, AbsenceAlarm, Alarm, AnyAlarm, FormulaAlarm, Metric
from stacks.alerting.settings import AlertingSettings

GAP_SHARE = 0.01
"""Tolerated share of transactions in flight at the end of a period."""
ALERT_GAP_SHARE = 0.02
LATE_SHARE = 0.01
MAIL_LAG_MILLISECONDS = 60_000
EXPECTED_ALERTS = 5
"""Minimum number of expected alerts before too few are significant."""
BURST_ALERTS = 20
"""Minimum number of alerts before too many are significant."""
_RECONCILE = "make reconcile lists them and, with REPLAY=yes, sends them again"


def watchdog(
    settings: AlertingSettings,
    data: DataContract,
    compute: ComputeContract,
    notifier_name: pulumi.Input[str],
) -> list[AnyAlarm]:
    """Return the alarms that compare stored, decided, recorded and mailed transactions."""
    detector = compute.detector_function_name
    return [
        *_gaps(data, detector, notifier_name),
        *_lags(data, detector, notifier_name),
        _alert_rate(settings, data, detector),
        *_degraded(detector),
        _throttles(data),
        *_canary(settings),
    ]


def _gaps(data: DataContract, detector: pulumi.Input[str], notifier: pulumi.Input[str]) -> list[FormulaAlarm]:
    return [
        FormulaAlarm(
            "decision-gap",
            {
                "stored": metrics.of_writes(data.transactions_table_name, "PutItem"),
                "decided": _decided(data),
            },
            f"IF(FILL(stored, 0) - FILL(decided, 0) > {GAP_SHARE} * FILL(stored, 0), 1, 0)",
            "Stored and not decided",
            "For fifteen minutes, over 1 % of the stored transactions were not decided.",
            f"Check the queues pipe-dlq, rule-dlq and detector-dlq and the detector's log; {_RECONCILE}.",
            periods=3,
        ),
        FormulaAlarm(
            "alert-gap",
            {
                "suspicious": metrics.counted_by(detector, counting.SUSPICIOUS),
                "recorded": metrics.counted_by(notifier, counting.RECORDED),
            },
            f"IF(FILL(suspicious, 0) - FILL(recorded, 0) > {ALERT_GAP_SHARE} * FILL(suspicious, 0), 1, 0)",
            "Suspicious and not recorded",
            "The detector raised alerts that the notifier did not record within fifteen minutes.",
            f"Check suspicious-queue, suspicious-dlq and the notifier's log; {_RECONCILE}.",
            period_seconds=3 * FIVE_MINUTES,
        ),
    ]


def _decided(data: DataContract) -> Metric:
    """Return the number of recorded decisions, the only updates of transactions."""
    return metrics.of_writes(data.transactions_table_name, "UpdateItem")


def _lags(data: DataContract, detector: pulumi.Input[str], notifier: pulumi.Input[str]) -> list[AnyAlarm]:
    return [
        FormulaAlarm(
            "decision-lag",
            {"late": metrics.counted_by(detector, counting.LATE), "decided": _decided(data)},
            f"IF(FILL(late, 0) > {LATE_SHARE} * FILL(decided, 0), 1, 0)",
            "Late decisions",
            f"For fifteen minutes, over 1 % of decisions came more than {counting.LATE_MILLISECONDS // 1000} "
            "seconds after their transaction.",
            "Check the detector's concurrent executions against its reserved concurrency, and AsyncEventAge; "
            "a replay of old transactions also triggers this alarm.",
            periods=3,
        ),
        Alarm(
            "mail-lag",
            metrics.measured_by(notifier, counting.MAIL_LAG, "p99"),
            f"For fifteen minutes, the p99 delay from a transaction to the mail of a single alert exceeded "
            f"{MAIL_LAG_MILLISECONDS // 1000} seconds.",
            "Check decision-lag first, then the age of the messages in suspicious-queue and the "
            "notifier's errors and throttles.",
            threshold=MAIL_LAG_MILLISECONDS,
            periods=3,
        ),
    ]


def _alert_rate(settings: AlertingSettings, data: DataContract, detector: pulumi.Input[str]) -> FormulaAlarm:
    fewest, most = settings.fewest_alerts_per_10000, settings.most_alerts_per_10000
    too_few = (
        f"(FILL(decided, 0) * {fewest} >= {EXPECTED_ALERTS * 10_000} "
        f"AND FILL(suspicious, 0) * 10000 < FILL(decided, 0) * {fewest})"
    )
    too_many = (
        f"(FILL(suspicious, 0) > {BURST_ALERTS} AND FILL(suspicious, 0) * 10000 > FILL(decided, 0) * {most})"
    )
    return FormulaAlarm(
        "alert-rate",
        {
            "decided": _decided(data),
            "suspicious": metrics.counted_by(detector, counting.SUSPICIOUS),
        },
        f"IF({too_few} OR {too_many}, 1, 0)",
        "Alerts outside the expected range",
        f"In an hour, fewer than {fewest} or more than {most} of 10,000 transactions were suspicious.",
        "Fewer: check for newly published rules (make rules), many new list entries (make controls), or a "
        "degraded detector. More: an attack, or rules that are too strict. The range is set by "
        "fewest_alerts_per_10000 and most_alerts_per_10000 in the layer's settings.",
        period_seconds=HOUR,
    )


def _degraded(detector: pulumi.Input[str]) -> list[Alarm]:
    return [
        Alarm(
            "detector-degraded",
            metrics.counted_by(detector, counting.DEGRADED),
            "The detector decided without optional data that it could not read: population statistics, "
            "published rules, controls or a merchant's risk. Nothing is delayed; some frauds may be missed.",
            "Its log names the data and the reason (scored without what is optional). After a rollback, "
            "items of the newer version are unreadable: roll forward, or delete those that the log names.",
        ),
        Alarm(
            "profiles-set-aside",
            metrics.counted_by(detector, counting.PROFILES_SET_ASIDE),
            "Account profiles were unreadable. The detector copied each to a key that begins with aside# "
            "and treats the account as new.",
            "If it began with a deployment or a rollback, revert it at once: every account that pays loses "
            "its profile. You can restore a copy under its old key.",
        ),
    ]


def _throttles(data: DataContract) -> FormulaAlarm:
    tables = {
        "transactions": data.transactions_table_name,
        "profiles": data.profiles_table_name,
        "alerts": data.alerts_table_name,
    }
    throttles = {
        f"{table}_{of}": metrics.of_throttles(name, f"{of.capitalize()}ThrottleEvents")
        for table, name in tables.items()
        for of in ("read", "write")
    }
    total = " + ".join(f"FILL({each}, 0)" for each in throttles)
    return FormulaAlarm(
        "tables-throttled",
        throttles,
        f"IF({total} > 0, 1, 0)",
        "Throttled reads and writes",
        "DynamoDB throttled reads or writes of a table for ten minutes. Clients and "
        "functions retry, so nothing is lost yet.",
        "Find the table and operation in CloudWatch. An on-demand table doubles its capacity within half an "
        "hour; an account that pays constantly is a hot key.",
        periods=2,
    )


def _canary(settings: AlertingSettings) -> list[AbsenceAlarm]:
    """Return the alarm on missing canaries (`make canary`), if a job sends them."""
    hours = settings.canary_within_hours
    if not hours:
        return []
    return [
        AbsenceAlarm(
            "canary-absence",
            metrics.counted_by_commands(settings.names.suffix, counting.CANARY_PASSED),
            f"For {hours} hours no synthetic fraud has reached the mail: the pipeline or the canary job "
            "has failed.",
            "Check the runs of the canary workflow. make canary names the hop that fails and the next "
            "commands (docs/runbooks/smoke-test.md).",
            hours=hours,
        )
    ]
