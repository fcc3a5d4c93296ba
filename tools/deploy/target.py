"""A deployed environment, from the outputs of its layers."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from shared.infra import stems
from shared.infra.naming import Names
from tools.deploy.outputs import Needed, OperatorError, Outputs

NEEDED: Final[Needed] = {
    "network": ("environment_suffix", "account_id", "key_arn"),
    "data": (
        "transactions_table_name",
        "transactions_table_arn",
        "transactions_stream_arn",
        "profiles_table_name",
        "profiles_table_arn",
        "alerts_table_name",
        "alerts_table_arn",
        "suspicious_queue_name",
        "suspicious_queue_url",
        "suspicious_queue_arn",
        "suspicious_dlq_name",
        "fraud_alerts_topic_arn",
        "fraud_alerts_topic_name",
        "operations_alarms_topic_arn",
    ),
    "compute": (
        "transactions_url",
        "ingest_function_name",
        "detector_function_name",
        "bus_name",
        "rule_name",
        "pipe_name",
        "dead_letter_queue_names",
    ),
    "alerting": ("notifier_function_name",),
}
"""Layer -> needed outputs."""

TRANSACTIONS_METHOD: Final = "POST"


@dataclass(frozen=True)
class Target:
    """A deployed environment. Attributes without description are outputs of the same name."""

    environment: str
    environment_suffix: str
    account_id: str
    key_arn: str
    transactions_table_name: str
    transactions_table_arn: str
    transactions_stream_arn: str
    profiles_table_name: str
    profiles_table_arn: str
    alerts_table_name: str
    alerts_table_arn: str
    suspicious_queue_name: str
    suspicious_queue_url: str
    suspicious_queue_arn: str
    suspicious_dlq_name: str
    fraud_alerts_topic_arn: str
    fraud_alerts_topic_name: str
    operations_alarms_topic_arn: str
    transactions_url: str
    ingest_function_name: str
    detector_function_name: str
    bus_name: str
    rule_name: str
    pipe_name: str
    dead_letter_queue_names: tuple[str, ...]
    notifier_function_name: str

    @classmethod
    def of(cls, outputs: Outputs) -> Self:
        """Read the outputs of the four layers.

        Raises:
            OperatorError: An output is missing; names it, its layer and the command that provides it.
        """
        values = outputs.values(NEEDED)
        values["dead_letter_queue_names"] = tuple(values["dead_letter_queue_names"])
        return cls(environment=outputs.environment, **values)

    @property
    def region(self) -> str:
        """The region, from the queue's ARN."""
        return self.suspicious_queue_arn.split(":")[3]

    @property
    def dead_letter_queues(self) -> tuple[str, ...]:
        """The dead-letter queues, in the order that a transaction passes."""
        return (*self.dead_letter_queue_names, self.suspicious_dlq_name)

    @property
    def queues(self) -> tuple[str, ...]:
        """All queues of the pipeline."""
        return (self.suspicious_queue_name, *self.dead_letter_queues)

    def queue_url(self, name: str) -> str:
        """Return the URL of a queue of this environment."""
        return f"{self.suspicious_queue_url.rpartition('/')[0]}/{name}"

    def queue_arn(self, name: str) -> str:
        """Return the ARN of a queue of this environment."""
        return f"{self.suspicious_queue_arn.rpartition(':')[0]}:{name}"

    @property
    def pipe_arn(self) -> str:
        """The ARN of the pipe from the table's stream to the bus."""
        return f"arn:aws:pipes:{self.region}:{self.account_id}:pipe/{self.pipe_name}"

    @property
    def bus_arn(self) -> str:
        """The ARN of the bus."""
        return f"arn:aws:events:{self.region}:{self.account_id}:event-bus/{self.bus_name}"

    @property
    def rule_arn(self) -> str:
        """The ARN of the rule from the bus to the detector."""
        return f"arn:aws:events:{self.region}:{self.account_id}:rule/{self.bus_name}/{self.rule_name}"

    @property
    def invoke_arn(self) -> str:
        """The resource for `execute-api:Invoke`: this method of this stage.

        Raises:
            OperatorError: The URL names no API: it is neither API Gateway's nor the embedded AWS's.
        """
        return execute_api_arn(
            self.transactions_url, TRANSACTIONS_METHOD, region=self.region, account_id=self.account_id
        )

    @property
    def canary_log_group(self) -> str:
        """The log group for metrics of `make canary` and `make stability`."""
        return Names(self.environment_suffix).of(stems.CANARY_LOG)

    @property
    def canary_log_group_arn(self) -> str:
        """The ARN of the canary log group, without the ``:*`` for its streams."""
        return f"arn:aws:logs:{self.region}:{self.account_id}:log-group:{self.canary_log_group}"

    def log_group(self, function_name: str) -> str:
        """Return the log group of a function."""
        return f"/aws/lambda/{function_name}"


def execute_api_arn(url: str, method: str, *, region: str, account_id: str) -> str:
    """Return the resource for `execute-api:Invoke`: a method of a stage of an API.

    Raises:
        OperatorError: The URL names no API: it is neither API Gateway's nor the embedded AWS's.
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    label, _, domain = (parts.hostname or "").partition(".")
    if domain.startswith("execute-api."):
        segments = [label, *segments]
    elif segments[:1] == ["execute-api"]:
        segments = segments[1:]
    else:
        raise OperatorError(f"{url!r} is not the URL of an API Gateway API")
    api, stage, *path = segments
    return f"arn:aws:execute-api:{region}:{account_id}:{'/'.join((api, stage, method, *path))}"
