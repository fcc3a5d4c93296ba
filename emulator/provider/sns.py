"""SNS: topics, topic policies and subscriptions."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared, pages
from emulator.provider.resource import (
    NO_DATA,
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    digits,
    frozen,
    words,
)
from emulator.provider.values import pruned

_TOPIC = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}


class Topic(Resource):
    """`aws.sns.Topic`, standard topics only."""

    token = "aws:sns/topic:Topic"
    modelled = frozenset({"name", *_TOPIC})
    replace_on = frozenset({"name"})
    auto_name = "name"
    documents = frozenset({"policy", "deliveryPolicy"})
    computed = frozenset({"policy", "signatureVersion", "tracingConfig"})
    absent = frozen({"maximumMessageSize": 262144})
    arn_form = ("sns", "{name}")
    encrypted_by = "kmsMasterKeyId"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check the tracing mode."""
        yield from super().check(inputs)
        mode = inputs.get("tracingConfig")
        if isinstance(mode, str) and mode not in ("Active", "PassThrough"):
            yield CheckFailure("tracingConfig", "must be Active or PassThrough")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the topic, after a check for an existing one, which CreateTopic would return."""
        if self.find(cloud, inputs) is not None:
            raise ValueError(f"a topic named {inputs['name']} exists already")
        settings = pruned(Attributes=_attributes(inputs) or None)
        given = tags.at_creation("sns", inputs)
        return str(cloud.client("sns").create_topic(Name=inputs["name"], **settings, **given)["TopicArn"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read all attributes; the policy is an output."""
        found = cloud.client("sns").get_topic_attributes(TopicArn=resource_id)["Attributes"]
        settings: dict[str, Any] = {name: found.get(field) for name, field in _TOPIC.items()}
        version = settings.pop("signatureVersion")
        return {
            "arn": resource_id,
            "name": resource_id.rsplit(":", 1)[-1],
            "owner": found["Owner"],
            **settings,
            **({"signatureVersion": int(version)} if version else {}),
            "tags": tags.of(cloud, "sns", resource_id),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update the attributes one by one, and the tags."""
        before, after = _attributes(old), _attributes(new)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                value = after.get(name, "")
                cloud.client("sns").set_topic_attributes(
                    TopicArn=resource_id, AttributeName=name, AttributeValue=value
                )
        tags.update(cloud, "sns", resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        cloud.client("sns").delete_topic(TopicArn=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find by name, the end of the ARN."""
        arns = (str(each["TopicArn"]) for each in pages(aws.client("sns"), "list_topics", "Topics"))
        return next((arn for arn in arns if arn.rsplit(":", 1)[-1] == inputs["name"]), None)

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        arn = place.arn("sns", inputs["name"])
        return arn, {"arn": arn}


class TopicPolicy(Declared):
    """`aws.sns.TopicPolicy`: an attribute of the topic."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    encrypted_by = NO_DATA
    service = "sns"
    modelled = frozenset({"arn", "policy"})
    key = ("arn",)
    documents = frozenset({"policy"})
    outputs = {"owner": "Owner"}
    creating = deleting = "set_topic_attributes"
    reading = "get_topic_attributes"

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        return {"TopicArn": inputs["arn"], "AttributeName": "Policy", "AttributeValue": inputs["policy"]}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        found: Properties = self.call(aws, self.reading, {"TopicArn": known["arn"]})["Attributes"]
        return found

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Restore the topic's default policy, as the real provider does."""
        policy = json.dumps(_born_with(cloud, resource_id))
        self.call(cloud, self.deleting, self.arguments({"arn": resource_id, "policy": policy}))

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find the policy if it equals the inputs: a topic always has one."""
        found = self.described(aws, "", inputs)
        ours = found and json.loads(found["Policy"]) == json.loads(inputs["policy"])
        return str(inputs["arn"]) if ours else None

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return inputs["arn"], {"owner": place.account_id}


class TopicSubscription(Declared):
    """`aws.sns.TopicSubscription` without a filter policy."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    encrypted_by = NO_DATA
    service = "sns"
    unsent = write_only = words("confirmationTimeoutInMinutes endpointAutoConfirms")
    modelled = unsent | words("topic protocol endpoint rawMessageDelivery")
    key = ("topic",)
    names = {"topic": "TopicArn"}
    id_field = id_in = "SubscriptionArn"
    unique = ("protocol", "endpoint")
    replace_on = frozenset(unique)
    defaults = frozen(
        {"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False}
    )
    outputs = {"arn": "SubscriptionArn", "ownerId": "Owner"}
    creating, reading = "subscribe", "get_subscription_attributes"
    updating, deleting = "set_subscription_attributes", "unsubscribe"
    listing = ("list_subscriptions_by_topic", "Subscriptions")

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        given = super().arguments(inputs)
        raw = {"RawMessageDelivery": json.dumps(given.pop("RawMessageDelivery", False))}
        return {**given, "Attributes": raw, "ReturnSubscriptionArn": True}

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        value = json.dumps(new.get("rawMessageDelivery", False))
        return {"AttributeName": "RawMessageDelivery", "AttributeValue": value}

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"SubscriptionArn": resource_id}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        answer = super().described(aws, resource_id, known)
        return answer and dict(answer["Attributes"])

    def properties(self, found: Properties) -> dict[str, Any]:
        flags = ("pendingConfirmation", "confirmationWasAuthenticated", "rawMessageDelivery")
        told = {name: found.get(self.field(name)) == "true" for name in flags}
        return {**super().properties(found), **told}

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        arn = f"{inputs['topic']}:{digits(name, 32)}"
        return arn, {"arn": arn}


def _attributes(inputs: Properties) -> dict[str, str]:
    return {field: str(inputs[name]) for name, field in _TOPIC.items() if inputs.get(name)}


def _born_with(cloud: Cloud, topic_arn: str) -> dict[str, Any]:
    """Return the default policy of a topic, which allows the owner's account all topic actions."""
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
