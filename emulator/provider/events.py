"""EventBridge: buses, rules and their targets."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.patterns import pattern_failures
from emulator.provider.resource import CheckFailure, Properties, Resource, changed, frozen
from emulator.provider.shapes import from_api, to_api
from emulator.provider.values import pruned


class _Tagged(Resource):
    """Buses and rules take tags by ARN."""

    def _update_tags(self, cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
        added, removed = tags.changes(old, new)
        if removed:
            cloud.client("events").untag_resource(ResourceARN=arn, TagKeys=removed)
        if added:
            cloud.client("events").tag_resource(ResourceARN=arn, Tags=tags.as_list(added))

    def _tags(self, cloud: Cloud, arn: str) -> dict[str, str]:
        return tags.as_map(cloud.client("events").list_tags_for_resource(ResourceARN=arn)["Tags"])


class EventBus(_Tagged):
    """`aws.cloudwatch.EventBus`."""

    token = "aws:cloudwatch/eventBus:EventBus"
    modelled = frozenset({"name", "description", "kmsKeyIdentifier", "deadLetterConfig"})
    replace_on = frozenset({"name"})
    auto_name = "name"

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id."""
        cloud.client("events").create_event_bus(
            **pruned(
                Name=inputs["name"], Tags=tags.as_list(inputs.get("tags")) or None, **self._settings(inputs)
            )
        )
        return str(inputs["name"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description and the tags."""
        del known
        bus = cloud.client("events").describe_event_bus(Name=resource_id)
        return {
            "arn": bus["Arn"],
            "name": bus["Name"],
            "description": bus.get("Description"),
            "kmsKeyIdentifier": bus.get("KmsKeyIdentifier"),
            "deadLetterConfig": from_api(bus.get("DeadLetterConfig")),
            "tags": self._tags(cloud, bus["Arn"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but the name."""
        if changed(old, new, "description", "kmsKeyIdentifier", "deadLetterConfig"):
            cloud.client("events").update_event_bus(Name=resource_id, **self._settings(new))
        self._update_tags(cloud, cloud.arn("events", f"event-bus/{resource_id}"), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while the bus has rules."""
        del known
        cloud.client("events").delete_event_bus(Name=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return str(cloud.client("events").describe_event_bus(Name=inputs["name"])["Name"])

    def _settings(self, inputs: Properties) -> dict[str, Any]:
        return pruned(
            Description=inputs.get("description"),
            KmsKeyIdentifier=inputs.get("kmsKeyIdentifier"),
            DeadLetterConfig=to_api(inputs.get("deadLetterConfig")),
        )


class EventRule(_Tagged):
    """`aws.cloudwatch.EventRule`."""

    token = "aws:cloudwatch/eventRule:EventRule"
    modelled = frozenset(
        {"name", "description", "eventBusName", "eventPattern", "forceDestroy", "scheduleExpression", "state"}
    )
    replace_on = frozenset({"name", "eventBusName"})
    defaults = frozen({"eventBusName": "default", "forceDestroy": False})
    auto_name = "name"
    documents = frozenset({"eventPattern"})
    write_only = frozenset({"forceDestroy"})
    absent = frozen({"namePrefix": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """A rule needs a trigger, and a pattern that EventBridge understands."""
        if not inputs.get("eventPattern") and not inputs.get("scheduleExpression"):
            yield CheckFailure("eventPattern", "one of eventPattern and scheduleExpression is required")
        yield from pattern_failures("eventPattern", inputs.get("eventPattern"))

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Bus and name make the id. PutRule would silently overwrite one that exists."""
        if self.find(cloud, inputs) is not None:
            raise ValueError(f"a rule {inputs['name']} exists already on bus {inputs['eventBusName']}")
        self._put(cloud, inputs, Tags=tags.as_list(inputs.get("tags")) or None)
        return self._id(inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description and the tags."""
        del known
        bus, name = resource_id.split("/", 1)
        rule = cloud.client("events").describe_rule(Name=name, EventBusName=bus)
        return {
            "arn": rule["Arn"],
            "name": name,
            "eventBusName": bus,
            "description": rule.get("Description"),
            "eventPattern": rule.get("EventPattern"),
            "scheduleExpression": rule.get("ScheduleExpression"),
            "state": rule["State"],
            "tags": self._tags(cloud, rule["Arn"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing a rule again replaces all but its targets and tags."""
        if changed(old, new, "description", "eventPattern", "scheduleExpression", "state"):
            self._put(cloud, new)
        bus, name = resource_id.split("/", 1)
        self._update_tags(cloud, _rule_arn(cloud, bus, name), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while the rule has targets."""
        bus, name = resource_id.split("/", 1)
        events = cloud.client("events")
        targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if targets and known.get("forceDestroy"):
            events.remove_targets(Rule=name, EventBusName=bus, Ids=[target["Id"] for target in targets])
        elif targets:
            raise ValueError(f"rule {name} can't be deleted since it has targets")
        events.delete_rule(Name=name, EventBusName=bus)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name within the bus."""
        found = cloud.client("events").list_rules(
            NamePrefix=inputs["name"], EventBusName=inputs["eventBusName"]
        )
        names = [rule["Name"] for rule in found["Rules"]]
        return self._id(inputs) if inputs["name"] in names else None

    def _id(self, inputs: Properties) -> str:
        return f"{inputs['eventBusName']}/{inputs['name']}"

    def _put(self, cloud: Cloud, inputs: Properties, **more: Any) -> None:
        cloud.client("events").put_rule(
            **pruned(
                Name=inputs["name"],
                EventBusName=inputs["eventBusName"],
                Description=inputs.get("description"),
                EventPattern=inputs.get("eventPattern"),
                ScheduleExpression=inputs.get("scheduleExpression"),
                State=inputs.get("state"),
                **more,
            )
        )


class EventTarget(Resource):
    """`aws.cloudwatch.EventTarget` without the settings that only some kinds of target have."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    modelled = frozenset(
        {
            "arn",
            "deadLetterConfig",
            "eventBusName",
            "forceDestroy",
            "input",
            "inputPath",
            "retryPolicy",
            "roleArn",
            "rule",
            "targetId",
        }
    )
    replace_on = frozenset({"eventBusName", "rule", "targetId"})
    defaults = frozen({"eventBusName": "default", "forceDestroy": False})
    auto_name = "targetId"
    write_only = frozenset({"forceDestroy"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Bus, rule and target make the id."""
        self._put(cloud, inputs)
        return f"{inputs['eventBusName']}/{inputs['rule']}/{inputs['targetId']}"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The target among those of the rule."""
        del known
        bus, rule, target_id = resource_id.split("/", 2)
        targets = cloud.client("events").list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
        target = next((each for each in targets if each["Id"] == target_id), None)
        if target is None:
            return None
        return {
            "eventBusName": bus,
            "rule": rule,
            "targetId": target_id,
            "arn": target["Arn"],
            "input": target.get("Input"),
            "inputPath": target.get("InputPath"),
            "roleArn": target.get("RoleArn"),
            "deadLetterConfig": from_api(target.get("DeadLetterConfig")),
            "retryPolicy": from_api(target.get("RetryPolicy")),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing a target again replaces it."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The rule stays."""
        del known
        bus, rule, target_id = resource_id.split("/", 2)
        cloud.client("events").remove_targets(Rule=rule, EventBusName=bus, Ids=[target_id])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By rule and target id."""
        resource_id = f"{inputs['eventBusName']}/{inputs['rule']}/{inputs['targetId']}"
        return resource_id if self.read(cloud, resource_id, {}) else None

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        target = pruned(
            Id=inputs["targetId"],
            Arn=inputs["arn"],
            Input=inputs.get("input"),
            InputPath=inputs.get("inputPath"),
            RoleArn=inputs.get("roleArn"),
            DeadLetterConfig=to_api(inputs.get("deadLetterConfig")),
            RetryPolicy=to_api(inputs.get("retryPolicy")),
        )
        answer = cloud.client("events").put_targets(
            Rule=inputs["rule"], EventBusName=inputs["eventBusName"], Targets=[target]
        )
        for refused in answer.get("FailedEntries") or []:
            raise ValueError(f"{refused.get('ErrorCode')}: {refused.get('ErrorMessage')}")


def _rule_arn(cloud: Cloud, bus: str, name: str) -> str:
    return cloud.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")
