"""API Gateway: deployments, stages and method settings."""

from typing import Any

from emulator.provider import tags
from emulator.provider.apigateway_api import ApiPart, arn_of, patch_text, replacing
from emulator.provider.cloud import Cloud
from emulator.provider.declared import pages
from emulator.provider.resource import Clients, Place, Properties, changed, digits, frozen, words

_METHOD_SETTINGS = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
}


class Deployment(ApiPart):
    """`aws.apigateway.Deployment`: a snapshot of the API, replaced when a trigger changes."""

    token = "aws:apigateway/deployment:Deployment"
    modelled = frozenset({"restApi", "description", "triggers", "variables"})
    key = ("restApi",)
    names = {"restApi": "restApiId"}
    id_field, id_in = "deploymentId", "id"
    replace_on = frozenset({"triggers", "variables"})
    write_only = frozenset({"triggers", "variables"})
    unsent = frozenset({"triggers"})
    patches = frozen({"description": "/description"})
    creating, reading = "create_deployment", "get_deployment"
    updating, deleting = "update_deployment", "delete_deployment"

    def properties(self, found: Properties) -> dict[str, Any]:
        return {**super().properties(found), "createdDate": found["createdDate"].isoformat()}

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find the newest deployment without a stage: the one whose creation was interrupted."""
        client, api = aws.client("apigateway"), {"restApiId": inputs["restApi"]}
        served = {stage["deploymentId"] for stage in client.get_stages(**api)["item"]}
        found = pages(client, "get_deployments", "items", **api)
        free = [each for each in found if each["id"] not in served]
        return str(max(reversed(free), key=lambda each: each["createdDate"])["id"]) if free else None

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return digits(name, 6), {}


class Stage(ApiPart):
    """`aws.apigateway.Stage`."""

    token = "aws:apigateway/stage:Stage"
    modelled = words(
        "accessLogSettings deployment description restApi stageName variables xrayTracingEnabled"
    )
    key = ("restApi", "stageName")
    id_form = "ags-{restApi}-{stageName}"
    names = {"restApi": "restApiId", "deployment": "deploymentId", "xrayTracingEnabled": "tracingEnabled"}
    creating, reading, deleting = "create_stage", "get_stage", "delete_stage"
    tagged = False

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        """Leave out access logs, which can only be set by a patch."""
        given = {name: value for name, value in inputs.items() if name != "accessLogSettings"}
        return {**super().arguments(given), **tags.at_creation("apigateway", inputs)}

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        if inputs.get("accessLogSettings"):
            self._patch(cloud, inputs, _log_operations(inputs))

    def properties(self, found: Properties) -> dict[str, Any]:
        traced = found.get("tracingEnabled", False)
        return {**super().properties(found), "xrayTracingEnabled": traced, "tags": found.get("tags", {})}

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        told = super().read(cloud, resource_id, known)
        return told and {**told, "invokeUrl": cloud.invoke_url(known["restApi"], known["stageName"])}

    def arn_output(self, place: Place, resource_id: str, known: Properties) -> dict[str, Any]:
        api, stage = known["restApi"], known["stageName"]
        execution = place.arn("execute-api", f"{api}/{stage}")
        return {"arn": arn_of(place, f"/restapis/{api}/stages/{stage}"), "executionArn": execution}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Patch the stage, including its deployment."""
        paths = {
            "deployment": "/deploymentId",
            "description": "/description",
            "xrayTracingEnabled": "/tracingEnabled",
        }
        operations = replacing(old, {"xrayTracingEnabled": False, **new}, paths)
        if changed(old, new, "accessLogSettings"):
            operations += _log_operations(new)
        before, after = old.get("variables") or {}, new.get("variables") or {}
        operations += [
            {"op": "replace", "path": f"/variables/{key}", "value": value}
            for key, value in after.items()
            if before.get(key) != value
        ]
        operations += [{"op": "remove", "path": f"/variables/{key}"} for key in before.keys() - after.keys()]
        if operations:
            self._patch(cloud, new, operations)
        tags.update(cloud, "apigateway", self.arn_output(cloud, resource_id, new)["arn"], old, new)

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        stage_id, outputs = super().foretold(place, name, inputs)
        host = f"{inputs['restApi']}.execute-api.{place.region}.amazonaws.com"
        return stage_id, {**outputs, "invokeUrl": f"https://{host}/{inputs['stageName']}"}

    def _patch(self, cloud: Cloud, inputs: Properties, operations: list[dict[str, Any]]) -> None:
        address = self.address("", inputs)
        self.call(cloud, "update_stage", {**address, "patchOperations": operations})


class MethodSettings(ApiPart):
    """`aws.apigateway.MethodSettings`: throttling, metrics and logs of a stage's methods."""

    token = "aws:apigateway/methodSettings:MethodSettings"
    modelled = frozenset({"restApi", "stageName", "methodPath", "settings"})
    key = ("restApi", "stageName", "methodPath")
    id_form = "{restApi}-{stageName}-{methodPath}"
    computed = frozenset(f"settings.{name}" for name in _METHOD_SETTINGS if not name.startswith("throttling"))
    reading = "get_stage"

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        self._write(cloud, {}, inputs)
        return self.id_form.format(**inputs)

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"restApiId": known["restApi"], "stageName": known["stageName"]}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return the settings from the stage's description."""
        stage = super().described(aws, resource_id, known)
        found: Properties | None = (stage or {}).get("methodSettings", {}).get(known["methodPath"])
        return found

    def properties(self, found: Properties) -> dict[str, Any]:
        return {"settings": {name: found[name] for name in _METHOD_SETTINGS if name in found}}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._write(cloud, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Remove the settings, so that the account's limits apply."""
        path = f"/{known['methodPath'].replace('/', '~1')}"
        self._patch(cloud, known, [{"op": "remove", "path": path}])

    def _write(self, cloud: Cloud, old: Properties, new: Properties) -> None:
        before, after = old.get("settings") or {}, new["settings"]
        operations = [
            {"op": "replace", "path": f"/{new['methodPath']}/{path}", "value": patch_text(after[name])}
            for name, path in _METHOD_SETTINGS.items()
            if name in after and before.get(name) != after[name]
        ]
        self._patch(cloud, new, operations)

    def _patch(self, cloud: Cloud, inputs: Properties, operations: list[dict[str, Any]]) -> None:
        self.call(cloud, "update_stage", {**self.address("", inputs), "patchOperations": operations})


def _log_operations(inputs: Properties) -> list[dict[str, Any]]:
    logs = inputs.get("accessLogSettings")
    if not logs:
        return [{"op": "remove", "path": "/accessLogSettings"}]
    return [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": logs[name]}
        for name in ("destinationArn", "format")
    ]
