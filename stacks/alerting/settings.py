"""Settings of the alerting layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from typing import Self

from shared.infra.function import MINIMUM_RESERVED_CONCURRENCY
from shared.infra.naming import Names
from shared.infra.settings import SettingsReader
from shared.runtime.logs import LEVELS

MAXIMUM_RESERVED_CONCURRENCY = 10_000
MAXIMUM_QUEUE_CONCURRENCY = 1000
"""Lambda's limit for a queue."""
MAXIMUM_MESSAGE_DELAY_SECONDS = 900
"""SQS's limit for a delayed message, which ends a grouping window."""
MAXIMUM_CANARY_HOURS = 168
"""CloudWatch's limit for the evaluation of an alarm."""
MAXIMUM_MAILS_PER_MINUTE = 100
"""People cannot read more, and one item holds the ids of the mailed alerts."""
MAXIMUM_BUDGET_DOLLARS = 10_000_000


@dataclass(frozen=True)
class AlertingSettings:
    """Settings of an environment."""

    names: Names
    notifier_reserved_concurrency: int
    notifier_maximum_concurrency: int
    """Maximum concurrency of the queue; at most the function's reserved concurrency."""
    log_level: str
    security_team_emails: tuple[str, ...]
    """Recipients of fraud alerts; each address must confirm its subscription."""
    operator_emails: tuple[str, ...]
    """Recipients of notifications of pipeline failures."""
    alert_grouping_seconds: int
    """Window in which an account's alerts are grouped into one mail; 0 disables grouping."""
    most_mails_per_minute: int
    """Mails of single alerts per minute, above which alerts go into a digest; 0 for no limit."""
    api_latency_alarm_milliseconds: int
    fewest_alerts_per_10000: int
    """Lower limit of alerts per 10,000 transactions in an hour; 0 disables the alarm."""
    most_alerts_per_10000: int
    """Upper limit of alerts per 10,000 transactions in an hour."""
    canary_within_hours: int
    """Hours without a successful canary before the alarm; 0 if no job sends any."""
    monthly_budget_dollars: int
    """Monthly cost budget of the account; `make cost` shows the usual costs."""

    @classmethod
    def read(cls) -> Self:
        """Read the stack's configuration.

        Raises:
            SettingError: A setting is missing or invalid; names the key, the file and an example.
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
