"""EventBridge Pipes."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.declared import Declared
from emulator.provider.patterns import pattern_failures
from emulator.provider.resource import NO_DATA, CheckFailure, Properties, frozen, words

_STREAM = "dynamodbStreamParameters"
_BUS = "eventbridgeEventBusParameters"


class Pipe(Declared):
    """`aws.pipes.Pipe` from a DynamoDB stream to an event bus."""

    token = "aws:pipes/pipe:Pipe"
    encrypted_by = NO_DATA  # events are not stored; the filter pattern is not secret
    service = "pipes"
    modelled = words(
        "description desiredState kmsKeyIdentifier name roleArn source sourceParameters target "
        "targetParameters"
    )
    inner_names = {_STREAM: "DynamoDBStreamParameters", _BUS: "EventBridgeEventBusParameters"}
    replace_on = frozenset({"source", f"sourceParameters.{_STREAM}.startingPosition"})
    defaults = frozen({"description": "Managed by Pulumi", "desiredState": "RUNNING"})
    auto_name = "name"
    documents = frozenset({"sourceParameters.filterCriteria.filters.pattern"})
    creating, reading = "create_pipe", "describe_pipe"
    updating, deleting = "update_pipe", "delete_pipe"
    arn_form = ("pipes", "pipe/{name}")
    tagged = True

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check that the data plane supports source, target and filters."""
        for name, supported in (("sourceParameters", _STREAM), ("targetParameters", _BUS)):
            given = inputs.get(name)
            if isinstance(given, dict):
                for other in sorted(given.keys() - {supported, "filterCriteria"}):
                    yield CheckFailure(f"{name}.{other}", "is not modelled by the embedded AWS")
        criteria = (inputs.get("sourceParameters") or {}).get("filterCriteria") or {}
        for index, each in enumerate(criteria.get("filters") or ()):
            path = f"sourceParameters.filterCriteria.filters[{index}].pattern"
            yield from pattern_failures(path, each.get("pattern"))

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        """Return all properties but the source and the starting position."""
        change = super().changes(old, new)
        for part in change.get("SourceParameters", {}).values():
            part.pop("StartingPosition", None)
        return change
