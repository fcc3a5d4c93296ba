"""API Gateway: a REST API itself, and how its parts are patched and tagged."""

import json
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties, Resource, changed, frozen
from emulator.provider.values import pruned


def replacing(old: Properties, new: Properties, paths: dict[str, str]) -> list[dict[str, Any]]:
    """Patch operations that write each changed property at its path; one no longer set becomes empty."""
    return [
        {"op": "replace", "path": path, "value": patch_text(new.get(name))}
        for name, path in paths.items()
        if old.get(name) != new.get(name)
    ]


def patch_text(value: Any) -> str:
    """API Gateway takes every patched value as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


class RestApi(Resource):
    """`aws.apigateway.RestApi`, built from resources rather than from an OpenAPI body."""

    token = "aws:apigateway/restApi:RestApi"
    modelled = frozenset(
        {
            "apiKeySource",
            "description",
            "disableExecuteApiEndpoint",
            "endpointAccessMode",
            "endpointConfiguration",
            "name",
            "policy",
            "securityPolicy",
        }
    )
    auto_name = "name"
    documents = frozenset({"policy"})
    computed = frozenset(
        {
            "apiKeySource",
            "description",
            "disableExecuteApiEndpoint",
            "endpointConfiguration.ipAddressType",
            "endpointConfiguration.vpcEndpointIds",
            "policy",
            "securityPolicy",
        }
    )
    absent = frozen(
        {
            "apiKeySource": "HEADER",
            "binaryMediaTypes": [],
            "minimumCompressionSize": "",
            "disableExecuteApiEndpoint": False,
        }
    )

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """AWS gives it an id; names of APIs need not be unique."""
        made = cloud.client("apigateway").create_rest_api(
            **pruned(
                name=inputs["name"],
                description=inputs.get("description"),
                apiKeySource=inputs.get("apiKeySource"),
                disableExecuteApiEndpoint=inputs.get("disableExecuteApiEndpoint"),
                endpointConfiguration=_endpoint(inputs),
                policy=inputs.get("policy"),
                securityPolicy=inputs.get("securityPolicy"),
                endpointAccessMode=inputs.get("endpointAccessMode"),
                tags=dict(inputs.get("tags") or {}) or None,
            )
        )
        return str(made["id"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del known
        api = cloud.client("apigateway").get_rest_api(restApiId=resource_id)
        endpoint = api["endpointConfiguration"]
        return {
            "arn": f"arn:{cloud.partition}:apigateway:{cloud.region}::/restapis/{resource_id}",
            "executionArn": cloud.arn("execute-api", resource_id),
            "name": api["name"],
            "description": api.get("description") or "",
            "createdDate": api["createdDate"].isoformat(),
            "rootResourceId": api["rootResourceId"],
            "apiKeySource": api.get("apiKeySource"),
            "disableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint", False),
            "endpointConfiguration": {
                "types": endpoint["types"][0],
                "ipAddressType": endpoint.get("ipAddressType", "ipv4"),
                "vpcEndpointIds": endpoint.get("vpcEndpointIds", []),
            },
            "policy": api.get("policy") or "",
            "securityPolicy": api.get("securityPolicy", "TLS_1_0"),
            "endpointAccessMode": api.get("endpointAccessMode"),
            "tags": api.get("tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything changes in place."""
        names = ("name", "description", "apiKeySource", "disableExecuteApiEndpoint", "policy")
        paths = {name: f"/{name}" for name in (*names, "securityPolicy", "endpointAccessMode")}
        operations = replacing(old, new, paths)
        if changed(old, new, "endpointConfiguration"):
            before = (old.get("endpointConfiguration") or {}).get("types", "EDGE")
            after = (new.get("endpointConfiguration") or {}).get("types", "EDGE")
            path = f"/endpointConfiguration/types/{before}"
            operations.append({"op": "replace", "path": path, "value": after})
        if operations:
            cloud.client("apigateway").update_rest_api(restApiId=resource_id, patchOperations=operations)
        update_tags(cloud, f"/restapis/{resource_id}", old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With everything inside."""
        del known
        cloud.client("apigateway").delete_rest_api(restApiId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name and tags."""
        return next(iter(self.find_all(cloud, inputs)), None)

    def find_all(self, cloud: Cloud, inputs: Properties) -> list[str]:
        """By name and tags, which are not unique."""
        wanted = (inputs["name"], inputs.get("tags") or {})
        apis = cloud.client("apigateway").get_rest_apis()["items"]
        return [str(api["id"]) for api in apis if (api["name"], api.get("tags", {})) == wanted]


def _endpoint(inputs: Properties) -> dict[str, Any] | None:
    wanted = inputs.get("endpointConfiguration")
    if not wanted:
        return None
    return pruned(
        types=[wanted["types"]],
        vpcEndpointIds=wanted.get("vpcEndpointIds"),
        ipAddressType=wanted.get("ipAddressType"),
    )


def update_tags(cloud: Cloud, path: str, old: Properties, new: Properties) -> None:
    """Bring the tags of an API or a stage from old to new."""
    added, removed = tags.changes(old, new)
    arn = f"arn:{cloud.partition}:apigateway:{cloud.region}::{path}"
    if removed:
        cloud.client("apigateway").untag_resource(resourceArn=arn, tagKeys=removed)
    if added:
        cloud.client("apigateway").tag_resource(resourceArn=arn, tags=added)
