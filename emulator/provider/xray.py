"""X-Ray: sampling rules."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared, pages
from emulator.provider.resource import NO_DATA, CheckFailure, Clients, Properties, words

_LONGEST_NAME = 32


class SamplingRule(Declared):
    """`aws.xray.SamplingRule`."""

    token = "aws:xray/samplingRule:SamplingRule"
    encrypted_by = NO_DATA
    service = "xray"
    modelled = words(
        "fixedRate host httpMethod priority reservoirSize resourceArn ruleName serviceName serviceType "
        "urlPath version"
    )
    key = ("ruleName",)
    names = {"resourceArn": "ResourceARN", "httpMethod": "HTTPMethod", "urlPath": "URLPath"}
    replace_on = frozenset({"version"})
    auto_name = "ruleName"
    creating, reading = "create_sampling_rule", "get_sampling_rules"
    updating, deleting = "update_sampling_rule", "delete_sampling_rule"
    arn_form = ("xray", "sampling-rule/{ruleName}")
    tagged = True

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check X-Ray's limits."""
        if isinstance(name := inputs.get("ruleName"), str) and len(name) > _LONGEST_NAME:
            yield CheckFailure("ruleName", f"{name!r} is longer than {_LONGEST_NAME} characters")
        if isinstance(rate := inputs.get("fixedRate"), int | float) and not 0 <= rate <= 1:
            yield CheckFailure("fixedRate", f"{rate} is no share from 0 to 1")

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        return {"SamplingRule": super().arguments(inputs)}

    def call(self, aws: Clients, operation: str, arguments: Any) -> Any:
        """Call X-Ray; an update names the rule inside its argument and cannot change the version."""
        if operation == self.updating:
            rule = {name: value for name, value in arguments["SamplingRule"].items() if name != "Version"}
            arguments = {"SamplingRuleUpdate": {**rule, "RuleName": arguments["RuleName"]}}
        return super().call(aws, operation, arguments)

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return the rule from the list of all rules: X-Ray cannot describe a single one."""
        records = pages(aws.client("xray"), self.reading, "SamplingRuleRecords")
        rules: Iterator[Properties] = (record["SamplingRule"] for record in records)
        return next((rule for rule in rules if rule["RuleName"] == known["ruleName"]), None)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the rule; X-Ray has no specific not-found error."""
        if self.described(cloud, resource_id, known) is not None:
            super().delete(cloud, resource_id, known)
