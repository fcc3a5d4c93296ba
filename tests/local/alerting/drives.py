"""What each alarm of the pipeline is driven by."""

from typing import Final

from emulator.cloud.chaos import Strike
from tests.local.alerting.incidents import (
    Drive,
    alerts,
    bad_rules,
    both,
    bouncing_mail,
    broken,
    closed_rule_queue,
    damaged_population,
    damaged_profile,
    denied_account,
    empties,
    forbidden_destination,
    halting_pipe,
    late_alerts,
    no_permission,
    nobody_subscribed,
    old_transactions,
    rule_without_target,
    slow_table,
    stopped_pipe,
    struck,
    throttled,
    unread_messages,
    verdicts,
)

OF_FUNCTIONS: Final[dict[str, Drive]] = {
    "ingest fails": Drive(broken("ingest"), {"ingest-errors", "api-server-errors"}),
    "ingest throttled": Drive(throttled("ingest"), {"ingest-throttles"}),
    "slow table": Drive(both(slow_table, lambda world: world.traffic()), {"api-latency"}),
    "detector fails": Drive(
        broken("detector"),
        {"detector-errors", "detector-events-dropped", "detector-dlq-depth", "decision-gap"},
        empties("detector-dlq"),
    ),
    "detector throttled": Drive(throttled("detector"), {"detector-throttles", "detector-event-age"}),
    "no destination": Drive(
        both(broken("detector"), forbidden_destination), {"detector-destination-failures"}
    ),
    "notifier fails": Drive(
        both(lambda world: world.broken("notifier"), alerts),
        {"notifier-errors", "suspicious-dlq-depth"},
        empties("suspicious-dlq"),
    ),
    "notifier throttled": Drive(
        both(lambda world: world.throttled("notifier"), alerts),
        {"notifier-throttles", "suspicious-queue-age"},
        empties("suspicious-queue", "suspicious-dlq"),
    ),
    "verdicts fail": Drive(both(lambda world: world.broken("verdicts"), verdicts), {"verdicts-errors"}),
    "verdicts throttled": Drive(
        both(lambda world: world.throttled("verdicts"), verdicts), {"verdicts-throttles"}
    ),
    "damaged profile": Drive(damaged_profile, {"profiles-set-aside"}),
    "damaged population": Drive(damaged_population, {"detector-degraded"}),
    "bad rules": Drive(bad_rules, {"rules-refused"}),
    "alerts not recorded": Drive(
        both(lambda world: world.broken("notifier"), denied_account),
        {"alert-gap"},
        empties("suspicious-queue", "suspicious-dlq"),
    ),
    "many alerts": Drive(
        both(
            lambda world: world.settings("alerting", "fraud-alerting:most_alerts_per_10000=2000"),
            denied_account,
        ),
        {"alert-rate"},
    ),
}

OF_DELIVERY: Final[dict[str, Drive]] = {
    "pipe stopped by a fault": Drive(struck(Strike.PIPE_STOPPED), {"pipe-failures"}),
    "bus takes a part": Drive(both(struck(Strike.PIPE_TOOK_A_PART), halting_pipe), {"pipe-partial-failures"}),
    "pipe throttled": Drive(struck(Strike.PIPE_THROTTLED), {"pipe-throttles"}),
    "pipe timed out": Drive(struck(Strike.PIPE_TIMED_OUT), {"pipe-timeouts"}),
    "pipe stopped": Drive(both(stopped_pipe, lambda world: world.traffic()), {"pipe-silence"}),
    "no target": Drive(both(rule_without_target, lambda world: world.traffic()), {"detector-silence"}),
    "no permission": Drive(
        both(no_permission, lambda world: world.traffic()),
        {"rule-failures", "rule-dlq-depth"},
        empties("rule-dlq"),
    ),
    "no permission, nor a queue": Drive(
        both(no_permission, closed_rule_queue, lambda world: world.traffic()), {"rule-dlq-failures"}
    ),
    "given up": Drive(unread_messages, {"pipe-dlq-depth", "bus-dlq-depth"}, empties("pipe-dlq", "bus-dlq")),
    "tables throttled": Drive(struck(Strike.CALL_THROTTLED), {"tables-throttled"}),
    "late decisions": Drive(old_transactions, {"decision-lag"}),
    "mail bounces": Drive(bouncing_mail, {"mail-failures"}),
    "nobody subscribed": Drive(nobody_subscribed, {"mail-silence"}),
    "late alerts": Drive(late_alerts, {"mail-lag"}),
}
