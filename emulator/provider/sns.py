"""SNS: topics, the policies on them, and subscriptions."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen
from emulator.provider.sqs import json_failures
from emulator.provider.values import pruned

_TOPIC = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "redrivePolicy": "RedrivePolicy",
}


class Topic(Resource):
    """`aws.sns.Topic`, standard topics only."""

    token = "aws:sns/topic:Topic"
    modelled = frozenset({"name", *_TOPIC})
    replace_on = frozenset({"name"})
    auto_name = "name"
    documents = frozenset({"policy", "deliveryPolicy"})
    computed = frozenset({"policy", "signatureVersion", "tracingConfig"})
    absent = frozen(
        {
            "fifoTopic": False,
            "contentBasedDeduplication": False,
            "fifoThroughputScope": "",
            "beginningArchiveTime": "",
            "maximumMessageSize": 262144,
            "namePrefix": "",
            "signatureVersion": 0,
            "tracingConfig": "",
        }
    )

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """JSON must parse; tracing has two modes."""
        yield from json_failures(inputs, "policy", "deliveryPolicy")
        if inputs.get("tracingConfig") not in (None, "Active", "PassThrough") and isinstance(
            inputs["tracingConfig"], str
        ):
            yield CheckFailure("tracingConfig", "must be Active or PassThrough")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A topic with its attributes; the ARN is the id."""
        if self.find(cloud, inputs) is not None:
            raise ValueError(f"a topic named {inputs['name']} exists already")
        made = cloud.client("sns").create_topic(
            **pruned(
                Name=inputs["name"],
                Attributes=_attributes(inputs, _TOPIC) or None,
                Tags=tags.as_list(inputs.get("tags")) or None,
            )
        )
        return str(made["TopicArn"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """All attributes; what a topic policy resource wrote is told, it is not this resource's input."""
        del known
        sns = cloud.client("sns")
        found = sns.get_topic_attributes(TopicArn=resource_id)["Attributes"]
        settings: dict[str, Any] = {name: found.get(field) for name, field in _TOPIC.items()}
        version = settings.pop("signatureVersion")
        return {
            "arn": resource_id,
            "name": resource_id.rsplit(":", 1)[-1],
            "owner": found["Owner"],
            **settings,
            **({"signatureVersion": int(version)} if version else {}),
            "tags": tags.as_map(sns.list_tags_for_resource(ResourceArn=resource_id)["Tags"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Attributes one by one, and tags."""
        sns = cloud.client("sns")
        before, after = _attributes(old, _TOPIC), _attributes(new, _TOPIC)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                value = after.get(name, "")
                sns.set_topic_attributes(TopicArn=resource_id, AttributeName=name, AttributeValue=value)
        added, removed = tags.changes(old, new)
        if removed:
            sns.untag_resource(ResourceArn=resource_id, TagKeys=removed)
        if added:
            sns.tag_resource(ResourceArn=resource_id, Tags=tags.as_list(added))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With all its subscriptions."""
        del known
        cloud.client("sns").delete_topic(TopicArn=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name, which the ARN ends with."""
        arn = cloud.arn("sns", inputs["name"])
        topics = cloud.client("sns").get_paginator("list_topics").paginate()
        return next((arn for page in topics for topic in page["Topics"] if topic["TopicArn"] == arn), None)


class TopicPolicy(Resource):
    """`aws.sns.TopicPolicy`."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    modelled = frozenset({"arn", "policy"})
    replace_on = frozenset({"arn"})
    documents = frozenset({"policy"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The policy must parse."""
        return json_failures(inputs, "policy")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The topic's ARN is the id."""
        self._set(cloud, inputs["arn"], inputs["policy"])
        return str(inputs["arn"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """A topic always has a policy."""
        del known
        found = cloud.client("sns").get_topic_attributes(TopicArn=resource_id)["Attributes"]
        return {"arn": resource_id, "owner": found["Owner"], "policy": found["Policy"]}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another policy."""
        del old
        self._set(cloud, resource_id, new["policy"])

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Like the real provider, give the topic back the policy that it was born with."""
        del known
        self._set(cloud, resource_id, json.dumps(_born_with(cloud, resource_id)))

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """There is always one; ours when it says what we would have written."""
        found = self.read(cloud, inputs["arn"], {})
        return (
            inputs["arn"] if found and json.loads(found["policy"]) == json.loads(inputs["policy"]) else None
        )

    def _set(self, cloud: Cloud, arn: str, policy: str) -> None:
        cloud.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(Resource):
    """`aws.sns.TopicSubscription`."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    modelled = frozenset(
        {
            "topic",
            "protocol",
            "endpoint",
            "confirmationTimeoutInMinutes",
            "endpointAutoConfirms",
            "rawMessageDelivery",
            *_SUBSCRIPTION,
        }
    )
    replace_on = frozenset({"topic", "protocol", "endpoint"})
    defaults = frozen(
        {"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False}
    )
    documents = frozenset({"deliveryPolicy", "filterPolicy", "redrivePolicy"})
    write_only = frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"})
    absent = frozen({"filterPolicyScope": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """JSON must parse."""
        return json_failures(inputs, "deliveryPolicy", "filterPolicy", "redrivePolicy")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The subscription's ARN is the id."""
        made = cloud.client("sns").subscribe(
            **pruned(
                TopicArn=inputs["topic"],
                Protocol=inputs["protocol"],
                Endpoint=inputs["endpoint"],
                Attributes=self._attributes(inputs) or None,
                ReturnSubscriptionArn=True,
            )
        )
        return str(made["SubscriptionArn"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """All attributes."""
        del known
        found = cloud.client("sns").get_subscription_attributes(SubscriptionArn=resource_id)["Attributes"]
        return {
            "arn": resource_id,
            "ownerId": found["Owner"],
            "topic": found["TopicArn"],
            "protocol": found["Protocol"],
            "endpoint": found["Endpoint"],
            "pendingConfirmation": found.get("PendingConfirmation") == "true",
            "confirmationWasAuthenticated": found.get("ConfirmationWasAuthenticated") == "true",
            "rawMessageDelivery": found.get("RawMessageDelivery") == "true",
            **{name: found[field] for name, field in _SUBSCRIPTION.items() if field in found},
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Attributes one by one."""
        before, after = self._attributes(old), self._attributes(new)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                cloud.client("sns").set_subscription_attributes(
                    SubscriptionArn=resource_id, AttributeName=name, AttributeValue=after.get(name, "{}")
                )

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Nothing tells the subscriber."""
        del known
        cloud.client("sns").unsubscribe(SubscriptionArn=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By protocol and endpoint within the topic."""
        pages = cloud.client("sns").get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=inputs["topic"]):
            for found in page["Subscriptions"]:
                if (found["Protocol"], found["Endpoint"]) == (inputs["protocol"], inputs["endpoint"]):
                    return str(found["SubscriptionArn"])
        return None

    def _attributes(self, inputs: Properties) -> dict[str, str]:
        raw = {"RawMessageDelivery": "true"} if inputs.get("rawMessageDelivery") else {}
        return {**raw, **_attributes(inputs, _SUBSCRIPTION)}


def _attributes(inputs: Properties, fields: dict[str, str]) -> dict[str, str]:
    return {field: str(inputs[name]) for name, field in fields.items() if inputs.get(name)}


def _born_with(cloud: Cloud, topic_arn: str) -> dict[str, Any]:
    """The policy of a new topic: the owner's account may do what a topic can do."""
    actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"]
    actions += ["Subscribe", "ListSubscriptionsByTopic", "Publish"]
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in actions],
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": cloud.account_id}},
            }
        ],
    }
