"""Settings of the alerting layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from typing import Self

from shared.infra.function import MINIMUM_RESERVED_CONCURRENCY
from shared.infra.naming import Names
from shared.infra.settings import SettingsReader
from shared.runtime.logs import LEVELS

MAXIMUM_RESERVED_CONCURRENCY = 10_000
MAXIMUM_QUEUE_CONCURRENCY = 1000
"""The most that Lambda accepts for a queue."""
MAXIMUM_MESSAGE_DELAY_SECONDS = 900
"""The most that SQS accepts for a message; the end of a window is one."""
MAXIMUM_CANARY_HOURS = 168
"""The most that CloudWatch looks back."""
MAXIMUM_MAILS_PER_MINUTE = 100
"""Nobody reads more, and the ids of those that were mailed stand in one item."""
MAXIMUM_BUDGET_DOLLARS = 10_000_000


@dataclass(frozen=True)
class AlertingSettings:
    """What differs between environments."""

    names: Names
    notifier_reserved_concurrency: int
    notifier_maximum_concurrency: int
    """How many batches of the queue are worked on at once; never more than the function may run."""
    log_level: str
    security_team_emails: tuple[str, ...]
    """Who receives fraud alerts; each address must confirm its subscription."""
    operator_emails: tuple[str, ...]
    """Who receives notifications of pipeline failures."""
    alert_grouping_seconds: int
    """How long further alerts of an account are gathered into one mail; 0 for never."""
    most_mails_per_minute: int
    """After so many mails about single alerts within a minute one digest tells of the others; 0 for never."""
    api_latency_alarm_milliseconds: int
    fewest_alerts_per_10000: int
    """Fewer suspicious ones among 10,000 transactions of an hour ring; 0 for never."""
    most_alerts_per_10000: int
    """More of them ring."""
    canary_within_hours: int
    """So many hours without a synthetic fraud that went through ring; 0 where no job sends any."""
    monthly_budget_dollars: int
    """What the account may cost a month before the operators are mailed; `make cost` says what is usual."""

    @classmethod
    def read(cls) -> Self:
        """From the stack's configuration.

        Raises:
            SettingError: naming the key, the file and an example.
        """
        with SettingsReader("alerting") as reader:
            reserved = reader.integer(
                "notifier_reserved_concurrency",
                minimum=MINIMUM_RESERVED_CONCURRENCY,
                maximum=MAXIMUM_RESERVED_CONCURRENCY,
            )
            return cls(
                names=reader.names(),
                notifier_reserved_concurrency=reserved,
                notifier_maximum_concurrency=reader.integer(
                    "notifier_maximum_concurrency",
                    minimum=2,
                    maximum=min(reserved, MAXIMUM_QUEUE_CONCURRENCY),
                ),
                log_level=reader.choice("log_level", LEVELS),
                security_team_emails=reader.mail_addresses("security_team_emails"),
                operator_emails=reader.mail_addresses("operator_emails"),
                alert_grouping_seconds=reader.integer(
                    "alert_grouping_seconds", minimum=0, maximum=MAXIMUM_MESSAGE_DELAY_SECONDS
                ),
                most_mails_per_minute=reader.integer(
                    "most_mails_per_minute", minimum=0, maximum=MAXIMUM_MAILS_PER_MINUTE
                ),
                canary_within_hours=reader.integer(
                    "canary_within_hours", minimum=0, maximum=MAXIMUM_CANARY_HOURS
                ),
                monthly_budget_dollars=reader.integer(
                    "monthly_budget_dollars", minimum=1, maximum=MAXIMUM_BUDGET_DOLLARS
                ),
                api_latency_alarm_milliseconds=reader.integer(
                    "api_latency_alarm_milliseconds", minimum=1, maximum=29_000
                ),
                fewest_alerts_per_10000=(
                    fewest := reader.integer("fewest_alerts_per_10000", minimum=0, maximum=10_000)
                ),
                most_alerts_per_10000=reader.integer("most_alerts_per_10000", minimum=fewest, maximum=10_000),
            )
