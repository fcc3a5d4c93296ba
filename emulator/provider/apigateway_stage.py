"""API Gateway: deployments, the stages that serve them, their limits, and the account's log role."""

from typing import Any

from emulator.provider.apigateway_api import patch_text, replacing, update_tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties, Resource, changed, frozen, steps
from emulator.provider.values import pruned

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


def _stage_id(inputs: Properties) -> str:
    return f"ags-{inputs['restApi']}-{inputs['stageName']}"


def _settings_id(inputs: Properties) -> str:
    return f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}"


class Deployment(Resource):
    """`aws.apigateway.Deployment`: a snapshot of the API; any new trigger makes another one."""

    token = "aws:apigateway/deployment:Deployment"
    modelled = frozenset({"restApi", "description", "triggers", "variables"})
    replace_on = frozenset({"restApi", "triggers", "variables"})
    write_only = frozenset({"triggers", "variables"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """AWS gives it an id."""
        made = cloud.client("apigateway").create_deployment(
            **pruned(
                restApiId=inputs["restApi"],
                description=inputs.get("description"),
                variables=inputs.get("variables"),
            )
        )
        return str(made["id"])

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and deployment."""
        del cloud
        named = steps(import_id, "restApi", "deployment")
        return named["deployment"], {"restApi": named["restApi"]}

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        found = cloud.client("apigateway").get_deployment(
            restApiId=known["restApi"], deploymentId=resource_id
        )
        return {
            "restApi": known["restApi"],
            "description": found.get("description") or None,
            "createdDate": found["createdDate"].isoformat(),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """The description."""
        cloud.client("apigateway").update_deployment(
            restApiId=new["restApi"],
            deploymentId=resource_id,
            patchOperations=replacing(old, new, {"description": "/description"}),
        )

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while a stage serves it."""
        cloud.client("apigateway").delete_deployment(restApiId=known["restApi"], deploymentId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The latest that no stage serves: the one whose creation was interrupted."""
        client, api = cloud.client("apigateway"), inputs["restApi"]
        served = {stage["deploymentId"] for stage in client.get_stages(restApiId=api)["item"]}
        free = [each for each in client.get_deployments(restApiId=api)["items"] if each["id"] not in served]
        return max(free, key=lambda each: each["createdDate"])["id"] if free else None


class Stage(Resource):
    """`aws.apigateway.Stage`."""

    token = "aws:apigateway/stage:Stage"
    modelled = frozenset(
        {
            "accessLogSettings",
            "deployment",
            "description",
            "restApi",
            "stageName",
            "variables",
            "xrayTracingEnabled",
        }
    )
    replace_on = frozenset({"restApi", "stageName"})
    absent = frozen({"webAclArn": ""})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Its address makes the id, as the real provider spells it."""
        cloud.client("apigateway").create_stage(
            **pruned(
                restApiId=inputs["restApi"],
                stageName=inputs["stageName"],
                deploymentId=inputs["deployment"],
                description=inputs.get("description"),
                variables=inputs.get("variables"),
                tracingEnabled=inputs.get("xrayTracingEnabled"),
                tags=dict(inputs.get("tags") or {}) or None,
            )
        )
        return _stage_id(inputs)

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Access logs can only be patched in."""
        del resource_id
        if inputs.get("accessLogSettings"):
            self._patch(cloud, inputs, _log_operations(inputs))

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and name."""
        del cloud
        named = steps(import_id, "restApi", "stageName")
        return _stage_id(named), named

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del resource_id
        api, name = known["restApi"], known["stageName"]
        found = cloud.client("apigateway").get_stage(restApiId=api, stageName=name)
        logs = found.get("accessLogSettings")
        return {
            "arn": f"arn:{cloud.partition}:apigateway:{cloud.region}::/restapis/{api}/stages/{name}",
            "executionArn": cloud.arn("execute-api", f"{api}/{name}"),
            "invokeUrl": cloud.invoke_url(api, name),
            "restApi": api,
            "stageName": name,
            "deployment": found["deploymentId"],
            "description": found.get("description") or None,
            "variables": found.get("variables") or None,
            "xrayTracingEnabled": found.get("tracingEnabled", False),
            "accessLogSettings": logs or None,
            "webAclArn": found.get("webAclArn", ""),
            "tags": found.get("tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but its address; serving another deployment is one of the changes."""
        del resource_id
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
        update_tags(cloud, f"/restapis/{new['restApi']}/stages/{new['stageName']}", old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The API and its deployments stay."""
        del resource_id
        cloud.client("apigateway").delete_stage(restApiId=known["restApi"], stageName=known["stageName"])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        cloud.client("apigateway").get_stage(restApiId=inputs["restApi"], stageName=inputs["stageName"])
        return _stage_id(inputs)

    def _patch(self, cloud: Cloud, inputs: Properties, operations: list[dict[str, Any]]) -> None:
        cloud.client("apigateway").update_stage(
            restApiId=inputs["restApi"], stageName=inputs["stageName"], patchOperations=operations
        )


class MethodSettings(Resource):
    """`aws.apigateway.MethodSettings`: limits, metrics and logs of a stage's methods."""

    token = "aws:apigateway/methodSettings:MethodSettings"
    modelled = frozenset({"restApi", "stageName", "methodPath", "settings"})
    replace_on = frozenset({"restApi", "stageName", "methodPath"})
    computed = frozenset(f"settings.{name}" for name in _METHOD_SETTINGS if not name.startswith("throttling"))

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Its address makes the id."""
        self._write(cloud, {}, inputs)
        return _settings_id(inputs)

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API, stage and path, which itself has a slash."""
        del cloud
        named = steps(import_id, "restApi", "stageName", "methodPath")
        return _settings_id(named), named

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The settings among those of the stage."""
        del resource_id
        stage = cloud.client("apigateway").get_stage(restApiId=known["restApi"], stageName=known["stageName"])
        found = stage.get("methodSettings", {}).get(known["methodPath"])
        if found is None:
            return None
        return {
            "restApi": known["restApi"],
            "stageName": known["stageName"],
            "methodPath": known["methodPath"],
            "settings": {name: found[name] for name in _METHOD_SETTINGS if name in found},
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """The settings that changed."""
        del resource_id
        self._write(cloud, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The stage's methods fall back to the account's limits."""
        del resource_id
        self._patch(cloud, known, [{"op": "remove", "path": f"/{known['methodPath'].replace('/', '~1')}"}])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """A path has one set of settings at most."""
        resource_id = _settings_id(inputs)
        return resource_id if self.read(cloud, resource_id, inputs) else None

    def _write(self, cloud: Cloud, old: Properties, new: Properties) -> None:
        before, after = old.get("settings") or {}, new["settings"]
        operations = [
            {"op": "replace", "path": f"/{new['methodPath']}/{path}", "value": patch_text(after[name])}
            for name, path in _METHOD_SETTINGS.items()
            if name in after and before.get(name) != after[name]
        ]
        self._patch(cloud, new, operations)

    def _patch(self, cloud: Cloud, inputs: Properties, operations: list[dict[str, Any]]) -> None:
        cloud.client("apigateway").update_stage(
            restApiId=inputs["restApi"], stageName=inputs["stageName"], patchOperations=operations
        )


def _log_operations(inputs: Properties) -> list[dict[str, Any]]:
    logs = inputs.get("accessLogSettings")
    if not logs:
        return [{"op": "remove", "path": "/accessLogSettings"}]
    return [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": logs[name]}
        for name in ("destinationArn", "format")
    ]
