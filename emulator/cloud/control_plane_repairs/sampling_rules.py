"""X-Ray: sampling rules and their tags, which moto lacks. They have no effect: every trace is recorded."""

import json
import time
from typing import Any

from moto.xray import urls
from moto.xray.responses import XRayResponse

from emulator.cloud.account import arn
from emulator.cloud.replacing import replaces

_CALLS = (
    "CreateSamplingRule",
    "GetSamplingRules",
    "UpdateSamplingRule",
    "DeleteSamplingRule",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
)
_DEFAULT: dict[str, Any] = {
    "RuleName": "Default",
    "RuleARN": arn("xray", "sampling-rule/Default"),
    "ResourceARN": "*",
    "Priority": 10_000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
    "Attributes": {},
}
Answer = str | tuple[int, dict[str, str], str]


@replaces(XRayResponse, "create_sampling_rule")
def _create(self: XRayResponse) -> Answer:
    rule = dict(self._get_param("SamplingRule"))
    if rule["RuleName"] in _rules(self):
        return _refused("InvalidRequestException", f"the sampling rule {rule['RuleName']} exists already")
    rule.setdefault("Attributes", {})
    rule["RuleARN"] = arn("xray", f"sampling-rule/{rule['RuleName']}")
    tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or []}
    record = {"SamplingRule": rule, "CreatedAt": time.time(), "ModifiedAt": time.time()}
    _rules(self)[rule["RuleName"]] = {"record": record, "tags": tags}
    return json.dumps({"SamplingRuleRecord": record})


@replaces(XRayResponse, "get_sampling_rules")
def _list(self: XRayResponse) -> Answer:
    records = [each["record"] for each in _rules(self).values()]
    return json.dumps({"SamplingRuleRecords": [*records, {"SamplingRule": _DEFAULT}]})


@replaces(XRayResponse, "update_sampling_rule")
def _update(self: XRayResponse) -> Answer:
    changed = self._get_param("SamplingRuleUpdate")
    name = changed.get("RuleName") or changed.get("RuleARN", "").rpartition("/")[2]
    found = _rules(self).get(name)
    if found is None:
        return _refused("InvalidRequestException", f"there is no sampling rule {name}")
    found["record"]["SamplingRule"].update({key: value for key, value in changed.items() if key != "RuleARN"})
    return json.dumps({"SamplingRuleRecord": found["record"]})


@replaces(XRayResponse, "delete_sampling_rule")
def _delete(self: XRayResponse) -> Answer:
    name = self._get_param("RuleName") or str(self._get_param("RuleARN")).rpartition("/")[2]
    found = _rules(self).pop(name, None)
    if found is None:
        return _refused("InvalidRequestException", f"there is no sampling rule {name}")
    return json.dumps({"SamplingRuleRecord": found["record"]})


@replaces(XRayResponse, "tag_resource")
def _tag(self: XRayResponse) -> Answer:
    _of_arn(self)["tags"] |= {tag["Key"]: tag["Value"] for tag in self._get_param("Tags")}
    return json.dumps({})


@replaces(XRayResponse, "untag_resource")
def _untag(self: XRayResponse) -> Answer:
    for key in self._get_param("TagKeys"):
        _of_arn(self)["tags"].pop(key, None)
    return json.dumps({})


@replaces(XRayResponse, "list_tags_for_resource")
def _list_tags(self: XRayResponse) -> Answer:
    return json.dumps(
        {"Tags": [{"Key": key, "Value": value} for key, value in _of_arn(self)["tags"].items()]}
    )


def _of_arn(self: XRayResponse) -> dict[str, Any]:
    found: dict[str, Any] = _rules(self)[self._get_param("ResourceARN").rpartition("/")[2]]
    return found


def _rules(self: XRayResponse) -> dict[str, dict[str, Any]]:
    backend: Any = self.xray_backend
    if not hasattr(backend, "sampling_rules"):
        backend.sampling_rules = {}
    rules: dict[str, dict[str, Any]] = backend.sampling_rules
    return rules


def _refused(code: str, message: str) -> Answer:
    return 400, {"x-amzn-errortype": code}, json.dumps({"Message": message})


for call in _CALLS:
    urls.url_paths[f"{{0}}/{call}$"] = XRayResponse.dispatch
