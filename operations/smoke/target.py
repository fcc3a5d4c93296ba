"""The environment under test: what the layers export about it, and what follows from that."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from operations.smoke.errors import SmokeError

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "network": ("environment_suffix", "account_id", "key_arn"),
    "data": (
        "transactions_table_name",
        "transactions_table_arn",
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
"""Outputs that the test reads, by the layer that exports them; their meaning: docs/contracts.md."""

TRANSACTIONS_METHOD: Final = "POST"


@dataclass(frozen=True)
class Target:
    """A deployed environment. Attributes without an explanation are outputs of the same name."""

    environment: str
    environment_suffix: str
    account_id: str
    key_arn: str
    transactions_table_name: str
    transactions_table_arn: str
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
    transactions_url: str
    ingest_function_name: str
    detector_function_name: str
    bus_name: str
    rule_name: str
    pipe_name: str
    dead_letter_queue_names: tuple[str, ...]
    notifier_function_name: str

    @classmethod
    def from_outputs(cls, environment: str, outputs: Mapping[str, Any]) -> Self:
        """Read the outputs of the four layers, as `{layer: {output: value}}` or all in one object.

        Raises:
            SmokeError: An output is missing; names it, its layer and the command that provides it.
        """
        values: dict[str, Any] = {}
        for layer, names in NEEDED.items():
            exported = outputs.get(layer, outputs)
            for name in names:
                if not exported.get(name):
                    raise SmokeError(
                        f"the outputs lack {name} of layer {layer}: deploy it (make "
                        f"deploy-{layer} ENV={environment}), or look: make outputs-{layer} ENV={environment}"
                    )
                values[name] = exported[name]
        values["dead_letter_queue_names"] = tuple(values["dead_letter_queue_names"])
        return cls(environment=environment, **values)

    @classmethod
    def from_json(cls, environment: str, text: str) -> Self:
        """Read the outputs from JSON; see `from_outputs`.

        Raises:
            SmokeError: It is not a JSON object, or an output is missing.
        """
        try:
            outputs = json.loads(text)
        except ValueError as error:
            raise SmokeError(f"the outputs are not JSON: {error}") from None
        if not isinstance(outputs, dict):
            raise SmokeError("the outputs are not a JSON object: {layer: {output: value}}")
        return cls.from_outputs(environment, outputs)

    @property
    def region(self) -> str:
        """The region, as the queue's ARN names it."""
        return self.suspicious_queue_arn.split(":")[3]

    @property
    def dead_letter_queues(self) -> tuple[str, ...]:
        """Every queue that must hold nothing of ours, in the order in which a transaction passes."""
        return (*self.dead_letter_queue_names, self.suspicious_dlq_name)

    @property
    def queues(self) -> tuple[str, ...]:
        """All queues that the test looks at."""
        return (self.suspicious_queue_name, *self.dead_letter_queues)

    def queue_url(self, name: str) -> str:
        """The URL of a queue of this environment: all are of one account and region."""
        return f"{self.suspicious_queue_url.rpartition('/')[0]}/{name}"

    def queue_arn(self, name: str) -> str:
        """The ARN of a queue of this environment."""
        return f"{self.suspicious_queue_arn.rpartition(':')[0]}:{name}"

    @property
    def pipe_arn(self) -> str:
        """The ARN of the pipe from the table's stream to the bus."""
        return f"arn:aws:pipes:{self.region}:{self.account_id}:pipe/{self.pipe_name}"

    @property
    def rule_arn(self) -> str:
        """The ARN of the rule from the bus to the detector."""
        return f"arn:aws:events:{self.region}:{self.account_id}:rule/{self.bus_name}/{self.rule_name}"

    @property
    def invoke_arn(self) -> str:
        """What `execute-api:Invoke` is granted on: this method of this stage of this API alone.

        Raises:
            SmokeError: The URL names no API: it is neither API Gateway's nor the embedded AWS's.
        """
        parts = urlsplit(self.transactions_url)
        segments = [segment for segment in parts.path.split("/") if segment]
        label, _, domain = (parts.hostname or "").partition(".")
        if domain.startswith("execute-api."):
            segments = [label, *segments]
        elif segments[:1] == ["execute-api"]:
            segments = segments[1:]
        else:
            raise SmokeError(f"transactions_url {self.transactions_url!r} names no API of API Gateway")
        api, stage, *path = segments
        method = "/".join((api, stage, TRANSACTIONS_METHOD, *path))
        return f"arn:aws:execute-api:{self.region}:{self.account_id}:{method}"

    def log_group(self, function_name: str) -> str:
        """The log group of a function."""
        return f"/aws/lambda/{function_name}"
