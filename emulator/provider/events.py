"""EventBridge: buses, rules and their targets."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared
from emulator.provider.patterns import pattern_failures
from emulator.provider.resource import NO_DATA, CheckFailure, Clients, Place, Properties, frozen, words


class EventBus(Declared):
    """`aws.cloudwatch.EventBus`."""

    token = "aws:cloudwatch/eventBus:EventBus"
    service = "events"
    modelled = frozenset({"name", "description", "kmsKeyIdentifier", "deadLetterConfig"})
    auto_name = "name"
    creating, reading = "create_event_bus", "describe_event_bus"
    updating, deleting = "update_event_bus", "delete_event_bus"
    arn_form = ("events", "event-bus/{name}")
    tagged = True
    encrypted_by = "kmsKeyIdentifier"


class EventRule(Declared):
    """`aws.cloudwatch.EventRule`."""

    token = "aws:cloudwatch/eventRule:EventRule"
    encrypted_by = NO_DATA
    service = "events"
    modelled = words("name description eventBusName eventPattern forceDestroy state")
    key = ("eventBusName", "name")
    defaults = frozen({"eventBusName": "default", "forceDestroy": False})
    auto_name = "name"
    documents = frozenset({"eventPattern"})
    write_only = unsent = frozenset({"forceDestroy"})
    creating, reading, deleting = "put_rule", "describe_rule", "delete_rule"
    overwrites = True
    tagged = True

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        if not inputs.get("eventPattern"):
            yield CheckFailure("eventPattern", "is required: only patterns are modelled")
        yield from pattern_failures("eventPattern", inputs.get("eventPattern"))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the rule, which must have no targets."""
        events, of_rule = (
            cloud.client("events"),
            {"Rule": known["name"], "EventBusName": known["eventBusName"]},
        )
        targets = events.list_targets_by_rule(**of_rule)["Targets"]
        if targets and known.get("forceDestroy"):
            events.remove_targets(**of_rule, Ids=[target["Id"] for target in targets])
        elif targets:
            raise ValueError(f"rule {known['name']} can't be deleted since it has targets")
        super().delete(cloud, resource_id, known)

    def arn_output(self, place: Place, resource_id: str, known: Properties) -> dict[str, Any]:
        bus, name = known.get("eventBusName") or "default", known["name"]
        return {"arn": place.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")}


class EventTarget(Declared):
    """`aws.cloudwatch.EventTarget` without settings of specific target types."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    encrypted_by = NO_DATA
    service = "events"
    modelled = words("arn deadLetterConfig eventBusName forceDestroy retryPolicy rule targetId")
    key = ("eventBusName", "rule", "targetId")
    names = {"targetId": "Id"}
    defaults = frozen({"eventBusName": "default", "forceDestroy": False})
    auto_name = "targetId"
    write_only = unsent = frozenset({"forceDestroy"})
    creating, reading, deleting = "put_targets", "list_targets_by_rule", "remove_targets"
    described_in = "Targets"

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        target = super().arguments(inputs)
        return {"Rule": target.pop("Rule"), "EventBusName": target.pop("EventBusName"), "Targets": [target]}

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"Rule": known["rule"], "EventBusName": known["eventBusName"]}

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        self.call(cloud, self.deleting, {**self.address(resource_id, known), "Ids": [known["targetId"]]})

    def call(self, aws: Clients, operation: str, arguments: Any) -> Any:
        """Call EventBridge and raise for failed entries, which it reports in the response."""
        answer = super().call(aws, operation, arguments)
        for refused in answer.get("FailedEntries") or []:
            raise ValueError(f"{refused.get('ErrorCode')}: {refused.get('ErrorMessage')}")
        return answer
