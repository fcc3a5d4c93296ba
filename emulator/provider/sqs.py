"""SQS: queues and the policies on them."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen
from emulator.provider.values import pruned

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
    "redriveAllowPolicy": "RedriveAllowPolicy",
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
    documents = frozenset({"policy", "redrivePolicy", "redriveAllowPolicy"})
    computed = frozenset({"kmsDataKeyReusePeriodSeconds", "policy", "sqsManagedSseEnabled"})
    absent = frozen(
        {
            "contentBasedDeduplication": False,
            "fifoQueue": False,
            "deduplicationScope": "",
            "fifoThroughputLimit": "",
            "namePrefix": "",
        }
    )

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """JSON must parse, and SQS has one way of encrypting at a time."""
        yield from json_failures(inputs, "policy", "redrivePolicy", "redriveAllowPolicy")
        if inputs.get("kmsMasterKeyId") and inputs.get("sqsManagedSseEnabled"):
            yield CheckFailure("sqsManagedSseEnabled", "conflicts with kmsMasterKeyId")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A queue with all its attributes; the URL is the id."""
        existing = self._url(cloud, inputs["name"])
        if existing is not None:
            raise ValueError(f"QueueAlreadyExists: a queue named {inputs['name']} exists already")
        made = cloud.client("sqs").create_queue(
            **pruned(
                QueueName=inputs["name"],
                Attributes=_attributes(inputs),
                tags=dict(inputs.get("tags") or {}) or None,
            )
        )
        return str(made["QueueUrl"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """All attributes; what a queue policy resource wrote is told, it is not this resource's input."""
        del known
        sqs = cloud.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=resource_id, AttributeNames=["All"])["Attributes"]
        key = found.get("KmsMasterKeyId")
        return {
            "arn": found["QueueArn"],
            "url": resource_id,
            "name": found["QueueArn"].rsplit(":", 1)[-1],
            **{name: int(found[field]) for name, field in _NUMBERS.items() if field in found},
            "kmsDataKeyReusePeriodSeconds": int(found.get("KmsDataKeyReusePeriodSeconds", _DATA_KEY_REUSE)),
            **{name: found.get(field, "") for name, field in _TEXTS.items()},
            "sqsManagedSseEnabled": found.get("SqsManagedSseEnabled", "false") == "true" and not key,
            "tags": sqs.list_queue_tags(QueueUrl=resource_id).get("Tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Attributes that changed, and tags."""
        sqs = cloud.client("sqs")
        before, after = _attributes(old), _attributes(new)
        change = {name: value for name, value in after.items() if before.get(name) != value}
        change |= {name: _unset(name) for name in before.keys() - after.keys()}
        if change:
            sqs.set_queue_attributes(QueueUrl=resource_id, Attributes=change)
        added, removed = tags.changes(old, new)
        if removed:
            sqs.untag_queue(QueueUrl=resource_id, TagKeys=removed)
        if added:
            sqs.tag_queue(QueueUrl=resource_id, Tags=added)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With all its messages."""
        del known
        cloud.client("sqs").delete_queue(QueueUrl=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return self._url(cloud, inputs["name"])

    def _url(self, cloud: Cloud, name: str) -> str | None:
        urls = cloud.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])
        return next((str(url) for url in urls if url.rsplit("/", 1)[-1] == name), None)


class QueuePolicy(Resource):
    """`aws.sqs.QueuePolicy`."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    modelled = frozenset({"queueUrl", "policy"})
    replace_on = frozenset({"queueUrl"})
    documents = frozenset({"policy"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The policy must parse."""
        return json_failures(inputs, "policy")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The queue's URL is the id."""
        self._set(cloud, inputs["queueUrl"], inputs["policy"])
        return str(inputs["queueUrl"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Gone when the queue has no policy."""
        del known
        found = cloud.client("sqs").get_queue_attributes(QueueUrl=resource_id, AttributeNames=["Policy"])
        policy = found.get("Attributes", {}).get("Policy")
        return {"queueUrl": resource_id, "policy": policy} if policy else None

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another policy."""
        del old
        self._set(cloud, resource_id, new["policy"])

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The queue stays, without a policy."""
        del known
        self._set(cloud, resource_id, "")

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """A queue has one policy at most."""
        return inputs["queueUrl"] if self.read(cloud, inputs["queueUrl"], {}) else None

    def _set(self, cloud: Cloud, url: str, policy: str) -> None:
        cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def json_failures(inputs: Properties, *names: str) -> Iterator[CheckFailure]:
    """A failure for each of the named inputs that is set, known and no JSON."""
    for name in names:
        if isinstance(text := inputs.get(name), str) and text:
            try:
                json.loads(text)
            except ValueError as error:
                yield CheckFailure(name, f"is not valid JSON: {error}")


def _attributes(inputs: Properties) -> dict[str, str]:
    attributes = {field: str(inputs[name]) for name, field in _NUMBERS.items() if name in inputs}
    attributes |= {field: inputs[name] for name, field in _TEXTS.items() if inputs.get(name)}
    if "sqsManagedSseEnabled" in inputs:
        attributes["SqsManagedSseEnabled"] = json.dumps(inputs["sqsManagedSseEnabled"])
    return attributes


def _unset(attribute: str) -> str:
    """What to write for an attribute that the program no longer sets."""
    defaults = {"KmsDataKeyReusePeriodSeconds": str(_DATA_KEY_REUSE), "SqsManagedSseEnabled": "false"}
    return defaults.get(attribute, "")
