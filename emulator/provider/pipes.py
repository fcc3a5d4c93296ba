"""EventBridge Pipes."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.patterns import pattern_failures
from emulator.provider.resource import CheckFailure, Properties, Resource, changed, frozen
from emulator.provider.shapes import from_api, to_api
from emulator.provider.values import pruned

_STREAM = "dynamodbStreamParameters"
_NAMES = {
    _STREAM: "DynamoDBStreamParameters",
    "eventbridgeEventBusParameters": "EventBridgeEventBusParameters",
}
"""Property names that differ from the API's in more than the first letter."""

_SETTINGS = ("description", "desiredState", "kmsKeyIdentifier", "roleArn", "target")


class Pipe(Resource):
    """`aws.pipes.Pipe` from a DynamoDB stream to an event bus."""

    token = "aws:pipes/pipe:Pipe"
    modelled = frozenset({"name", "source", "sourceParameters", "targetParameters", *_SETTINGS})
    replace_on = frozenset({"name", "source", f"sourceParameters.{_STREAM}.startingPosition"})
    defaults = frozen({"description": "Managed by Pulumi", "desiredState": "RUNNING"})
    auto_name = "name"
    documents = frozenset({"sourceParameters.filterCriteria.filters.pattern"})
    absent = frozen({"namePrefix": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The kinds of source and target that the data plane moves events between, and filters it knows."""
        for name, supported in (
            ("sourceParameters", _STREAM),
            ("targetParameters", "eventbridgeEventBusParameters"),
        ):
            given = inputs.get(name)
            if isinstance(given, dict):
                for other in sorted(given.keys() - {supported, "filterCriteria"}):
                    yield CheckFailure(f"{name}.{other}", "is not modelled by the embedded AWS")
        criteria = (inputs.get("sourceParameters") or {}).get("filterCriteria") or {}
        for index, each in enumerate(criteria.get("filters") or ()):
            path = f"sourceParameters.filterCriteria.filters[{index}].pattern"
            yield from pattern_failures(path, each.get("pattern"))

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id."""
        cloud.client("pipes").create_pipe(
            **pruned(
                Name=inputs["name"],
                Source=inputs["source"],
                SourceParameters=to_api(inputs.get("sourceParameters"), _NAMES),
                TargetParameters=to_api(inputs.get("targetParameters"), _NAMES),
                Tags=dict(inputs.get("tags") or {}) or None,
                **_settings(inputs),
            )
        )
        return str(inputs["name"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del known
        pipe = cloud.client("pipes").describe_pipe(Name=resource_id)
        settings = {name: pipe.get(f"{name[0].upper()}{name[1:]}") for name in _SETTINGS}
        return {
            "arn": pipe["Arn"],
            "name": pipe["Name"],
            "source": pipe["Source"],
            "sourceParameters": from_api(pipe.get("SourceParameters") or {}, _NAMES),
            "targetParameters": from_api(pipe.get("TargetParameters"), _NAMES) or None,
            **settings,
            "tags": pipe.get("tags") or pipe.get("Tags") or {},
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but the source and where reading began."""
        pipes = cloud.client("pipes")
        if changed(old, new, "sourceParameters", "targetParameters", *_SETTINGS):
            source = {
                name: {key: value for key, value in part.items() if key != "startingPosition"}
                for name, part in (new.get("sourceParameters") or {}).items()
            }
            pipes.update_pipe(
                **pruned(
                    Name=resource_id,
                    SourceParameters=to_api(source, _NAMES) or None,
                    TargetParameters=to_api(new.get("targetParameters"), _NAMES),
                    **_settings(new),
                )
            )
        added, removed = tags.changes(old, new)
        arn = cloud.arn("pipes", f"pipe/{resource_id}")
        if removed:
            pipes.untag_resource(resourceArn=arn, tagKeys=removed)
        if added:
            pipes.tag_resource(resourceArn=arn, tags=added)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Source and target stay."""
        del known
        cloud.client("pipes").delete_pipe(Name=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return str(cloud.client("pipes").describe_pipe(Name=inputs["name"])["Name"])


def _settings(inputs: Properties) -> dict[str, Any]:
    return pruned(**{f"{name[0].upper()}{name[1:]}": inputs.get(name) for name in _SETTINGS})
