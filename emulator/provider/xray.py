"""X-Ray's sampling rules: how many requests of a service are traced."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import pages
from emulator.provider.resource import NO_DATA, CheckFailure, Clients, Properties, Resource

_FIELDS = {
    "ruleName": "RuleName",
    "resourceArn": "ResourceARN",
    "priority": "Priority",
    "fixedRate": "FixedRate",
    "reservoirSize": "ReservoirSize",
    "serviceName": "ServiceName",
    "serviceType": "ServiceType",
    "host": "Host",
    "httpMethod": "HTTPMethod",
    "urlPath": "URLPath",
    "attributes": "Attributes",
    "version": "Version",
}
_LONGEST_NAME = 32


class SamplingRule(Resource):
    """`aws.xray.SamplingRule`."""

    token = "aws:xray/samplingRule:SamplingRule"
    modelled = frozenset(_FIELDS)
    replace_on = frozenset({"ruleName", "version"})
    auto_name = "ruleName"
    encrypted_by = NO_DATA
    arn_form = ("xray", "sampling-rule/{ruleName}")
    id_form = "{ruleName}"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """X-Ray's limits."""
        if isinstance(name := inputs.get("ruleName"), str) and len(name) > _LONGEST_NAME:
            yield CheckFailure("ruleName", f"{name!r} is longer than {_LONGEST_NAME} characters")
        if isinstance(rate := inputs.get("fixedRate"), int | float) and not 0 <= rate <= 1:
            yield CheckFailure("fixedRate", f"{rate} is no share from 0 to 1")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id."""
        given = tags.at_creation("xray", inputs)
        cloud.client("xray").create_sampling_rule(SamplingRule=_rule(inputs), **given)
        return str(inputs["ruleName"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The rule and its tags; X-Ray has no call for a single rule."""
        found = _found(cloud, resource_id)
        if found is None:
            return None
        fields = {ours: found.get(theirs) for ours, theirs in _FIELDS.items()}
        return {
            **fields,
            "attributes": fields["attributes"] or None,
            "arn": found["RuleARN"],
            "tags": tags.of(cloud, "xray", found["RuleARN"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """All but the name and the version."""
        rule = _rule(new)
        del rule["Version"]
        cloud.client("xray").update_sampling_rule(SamplingRuleUpdate=rule)
        tags.update(cloud, "xray", self.arn_output(cloud, resource_id, new)["arn"], old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """X-Ray's own rule counts again. It names no rule that is gone as such."""
        if _found(cloud, resource_id) is not None:
            cloud.client("xray").delete_sampling_rule(RuleName=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """By name."""
        return None if _found(aws, inputs["ruleName"]) is None else str(inputs["ruleName"])


def _rule(inputs: Properties) -> dict[str, Any]:
    return {theirs: inputs[ours] for ours, theirs in _FIELDS.items() if inputs.get(ours) is not None}


def _found(aws: Clients, name: str) -> dict[str, Any] | None:
    records = pages(aws.client("xray"), "get_sampling_rules", "SamplingRuleRecords")
    rules = (record["SamplingRule"] for record in records)
    return next((rule for rule in rules if rule["RuleName"] == name), None)
