"""Settings of the notifier function, from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.runtime.settings import CommonSettings, Environment
from stacks.alerting.functions.notifier.mail import Place


@dataclass(frozen=True, slots=True)
class NotifierSettings:
    """Settings of the notifier function.

    Attributes:
        common: Environment, log level, pseudonym secret.
        function_name: Name of the function, set by Lambda.
        alerts_table: Name of the table of alert records.
        alerts_time_to_live_days: Time to live of a record; 0 for no expiry.
        fraud_alerts_topic_arn: ARN of the security team's topic.
        transactions_table: Name of the transactions table, for instructions in mails.
        suspicious_queue_url: URL of the function's queue, for messages to itself.
        alert_grouping_seconds: Window in which an account's alerts are grouped; 0 disables grouping.
        most_mails_per_minute: Maximum mails of single alerts before a digest; 0 for no limit.
        verdicts_url: URL for verdicts, with `{transaction_id}` in place of the id.
    """

    common: CommonSettings
    function_name: str
    alerts_table: str
    alerts_time_to_live_days: int
    fraud_alerts_topic_arn: str
    transactions_table: str
    verdicts_url: str
    suspicious_queue_url: str
    alert_grouping_seconds: int
    most_mails_per_minute: int

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        Raises:
            SettingsError: A variable is missing or wrong.
        """
        environment = Environment(variables, layer="alerting")
        return cls(
            common=CommonSettings.read(environment),
            function_name=environment.text("AWS_LAMBDA_FUNCTION_NAME"),
            alerts_table=environment.text("ALERTS_TABLE"),
            alerts_time_to_live_days=environment.integer("ALERTS_TIME_TO_LIVE_DAYS", minimum=0),
            fraud_alerts_topic_arn=environment.text("FRAUD_ALERTS_TOPIC_ARN"),
            transactions_table=environment.text("TRANSACTIONS_TABLE"),
            verdicts_url=environment.text("VERDICTS_URL"),
            suspicious_queue_url=environment.text("SUSPICIOUS_QUEUE_URL"),
            alert_grouping_seconds=environment.integer("ALERT_GROUPING_SECONDS", minimum=0),
            most_mails_per_minute=environment.integer("MOST_MAILS_PER_MINUTE", minimum=0),
        )

    @property
    def place(self) -> Place:
        """References for the reader of a mail."""
        return Place(
            environment=self.common.environment_suffix,
            region=self.region,
            transactions_table=self.transactions_table,
            alerts_table=self.alerts_table,
            verdicts_url=self.verdicts_url,
            grouping_seconds=self.alert_grouping_seconds,
        )

    @property
    def region(self) -> str:
        """The region, from the topic's ARN."""
        return self.fraud_alerts_topic_arn.split(":")[3]
