"""SQS: queues and queue policies."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud, unless_missing
from emulator.provider.declared import Declared
from emulator.provider.resource import NO_DATA, CheckFailure, Clients, Place, Properties, Resource, frozen

_NUMBERS = {
    "delaySeconds": "DelaySeconds",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_TEXTS = {
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "redrivePolicy": "RedrivePolicy",
}
_DATA_KEY_REUSE = 300


class Queue(Resource):
    """`aws.sqs.Queue`, standard queues only."""

    token = "aws:sqs/queue:Queue"
    modelled = frozenset({"name", "sqsManagedSseEnabled", *_NUMBERS, *_TEXTS})
    replace_on = frozenset({"name"})
    defaults = frozen(
        {
            "delaySeconds": 0,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        }
    )
    auto_name = "name"
    documents = frozenset({"policy", "redrivePolicy"})
    computed = frozenset({"kmsDataKeyReusePeriodSeconds", "policy", "sqsManagedSseEnabled"})
    arn_form = ("sqs", "{name}")
    encrypted_by = "kmsMasterKeyId"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check that only one kind of encryption is set."""
        yield from super().check(inputs)
        if inputs.get("kmsMasterKeyId") and inputs.get("sqsManagedSseEnabled"):
            yield CheckFailure("sqsManagedSseEnabled", "conflicts with kmsMasterKeyId")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the queue, after a check for an existing one, which CreateQueue would return."""
        if unless_missing(lambda: self.find(cloud, inputs)) is not None:
            raise ValueError(f"QueueAlreadyExists: a queue named {inputs['name']} exists already")
        given = tags.at_creation("sqs", inputs)
        made = cloud.client("sqs").create_queue(
            QueueName=inputs["name"], Attributes=_attributes(inputs), **given
        )
        return str(made["QueueUrl"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read all attributes; the policy is an output."""
        asked = cloud.client("sqs").get_queue_attributes(QueueUrl=resource_id, AttributeNames=["All"])
        found = asked["Attributes"]
        return {
            "arn": found["QueueArn"],
            "url": resource_id,
            "name": found["QueueArn"].rsplit(":", 1)[-1],
            **{name: int(found[field]) for name, field in _NUMBERS.items() if field in found},
            "kmsDataKeyReusePeriodSeconds": int(found.get("KmsDataKeyReusePeriodSeconds", _DATA_KEY_REUSE)),
            **{name: found.get(field, "") for name, field in _TEXTS.items()},
            "sqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true"
            and not found.get("KmsMasterKeyId"),
            "tags": tags.of(cloud, "sqs", resource_id),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        before, after = _attributes(old), _attributes(new)
        change = {name: value for name, value in after.items() if before.get(name) != value}
        change |= {name: _unset(name) for name in before.keys() - after.keys()}
        if change:
            cloud.client("sqs").set_queue_attributes(QueueUrl=resource_id, Attributes=change)
        tags.update(cloud, "sqs", resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        cloud.client("sqs").delete_queue(QueueUrl=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        return str(aws.client("sqs").get_queue_url(QueueName=inputs["name"])["QueueUrl"])

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        url = f"https://sqs.{place.region}.amazonaws.com/{place.account_id}/{inputs['name']}"
        return url, {"url": url, **self.arn_output(place, url, inputs)}


class QueuePolicy(Declared):
    """`aws.sqs.QueuePolicy`: an attribute of the queue."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    encrypted_by = NO_DATA
    service = "sqs"
    modelled = frozenset({"queueUrl", "policy"})
    key = ("queueUrl",)
    documents = frozenset({"policy"})
    creating = deleting = "set_queue_attributes"
    reading = "get_queue_attributes"

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        return {"QueueUrl": inputs["queueUrl"], "Attributes": {"Policy": inputs["policy"]}}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        asked = {"QueueUrl": known["queueUrl"], "AttributeNames": ["Policy"]}
        found: Properties = self.call(aws, self.reading, asked).get("Attributes", {})
        return found if found.get("Policy") else None

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        self.call(cloud, self.deleting, self.arguments({"queueUrl": resource_id, "policy": ""}))


def _attributes(inputs: Properties) -> dict[str, str]:
    attributes = {field: str(inputs[name]) for name, field in _NUMBERS.items() if name in inputs}
    attributes |= {field: inputs[name] for name, field in _TEXTS.items() if inputs.get(name)}
    if "sqsManagedSseEnabled" in inputs:
        attributes["SqsManagedSseEnabled"] = json.dumps(inputs["sqsManagedSseEnabled"])
    return attributes


def _unset(attribute: str) -> str:
    """Return the value that resets an attribute."""
    defaults = {"KmsDataKeyReusePeriodSeconds": str(_DATA_KEY_REUSE), "SqsManagedSseEnabled": "false"}
    return defaults.get(attribute, "")
