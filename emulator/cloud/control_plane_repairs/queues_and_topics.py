"""SQS and SNS: return all attributes that were set, and keep the others when one is set.

Moto deletes a queue's policy whenever another attribute is set, and never returns a redrive allow policy or a
topic's tracing mode and signature version.
"""

from typing import Any

from moto.sns.responses import SNSResponse
from moto.sqs.models import Queue

from emulator.cloud.replacing import replaces

# ruff: noqa: SLF001 - a repair reaches inside moto

_set_attributes = Queue._set_attributes
_get_topic_attributes = SNSResponse.get_topic_attributes

_TOPIC_ATTRIBUTES = {"TracingConfig": "tracing_config", "SignatureVersion": "signature_version"}
"""Topic attribute -> attribute of moto's model."""


@replaces(Queue, "_set_attributes")
def _set_and_keep_policy(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    policy = self.policy if hasattr(self, "_policy_json") else None
    _set_attributes(self, attributes, now)
    if "Policy" not in attributes and policy:
        self.policy = policy


def _all_attributes(self: Queue, original: Any = Queue.attributes.fget) -> dict[str, Any]:  # type: ignore[attr-defined]
    result: dict[str, Any] = original(self)
    allowed = getattr(self, "redrive_allow_policy", None)
    return {**result, "RedriveAllowPolicy": allowed} if allowed else result


@replaces(SNSResponse, "get_topic_attributes")
def _all_topic_attributes(self: SNSResponse) -> Any:
    answer: Any = _get_topic_attributes(self)
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    for name, kept in _TOPIC_ATTRIBUTES.items():
        if value := getattr(topic, kept, None):
            answer.result["Attributes"].setdefault(name, value)
    return answer


replaces(Queue, "attributes")(property(_all_attributes))
