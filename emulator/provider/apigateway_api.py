"""API Gateway: REST APIs, and the base class of their parts."""

import json
from typing import Any, ClassVar

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared, pages
from emulator.provider.resource import (
    NO_DATA,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    digits,
    frozen,
    words,
)
from emulator.provider.values import pruned


def replacing(old: Properties, new: Properties, paths: Properties) -> list[dict[str, Any]]:
    """Return patch operations for the changed properties; a removed one becomes empty."""
    return [
        {"op": "replace", "path": path, "value": patch_text(new.get(name))}
        for name, path in paths.items()
        if old.get(name) != new.get(name)
    ]


def patch_text(value: Any) -> str:
    """Return a value as text, the type of all values in patch operations."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


class ApiPart(Declared):
    """A part of a REST API, updated by patch operations."""

    encrypted_by = NO_DATA
    service = "apigateway"
    capitals = False
    patches: ClassVar[Properties] = {}
    """Input -> path in patch operations."""

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        return {"patchOperations": replacing(old, new, self.patches)}


class RestApi(Resource):
    """`aws.apigateway.RestApi` without an OpenAPI body."""

    token = "aws:apigateway/restApi:RestApi"
    encrypted_by = NO_DATA
    modelled = words(
        "apiKeySource description disableExecuteApiEndpoint endpointAccessMode endpointConfiguration name "
        "policy securityPolicy"
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
    absent = frozen({"apiKeySource": "HEADER"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the API; its name need not be unique."""
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
            ),
            **tags.at_creation("apigateway", inputs),
        )
        return str(made["id"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        api = cloud.client("apigateway").get_rest_api(restApiId=resource_id)
        endpoint = api["endpointConfiguration"]
        return {
            "arn": arn_of(cloud, f"/restapis/{resource_id}"),
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
        tags.update(cloud, "apigateway", arn_of(cloud, f"/restapis/{resource_id}"), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        cloud.client("apigateway").delete_rest_api(restApiId=resource_id)

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Find by name and tags, which are not unique."""
        apis = pages(aws.client("apigateway"), "get_rest_apis", "items")
        ours = (each for each in apis if each["name"] == inputs["name"])
        wanted = (inputs.get("tags") or {}).items()
        return [str(each["id"]) for each in ours if wanted <= each.get("tags", {}).items()]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        api = digits(name, 10)
        outputs = {"arn": arn_of(place, f"/restapis/{api}"), "executionArn": place.arn("execute-api", api)}
        return api, {**outputs, "rootResourceId": digits(f"{name}root", 10)}


def _endpoint(inputs: Properties) -> dict[str, Any] | None:
    wanted = inputs.get("endpointConfiguration")
    if not wanted:
        return None
    return pruned(
        types=[wanted["types"]],
        vpcEndpointIds=wanted.get("vpcEndpointIds"),
        ipAddressType=wanted.get("ipAddressType"),
    )


def arn_of(place: Place, path: str) -> str:
    """Return the ARN of an API or stage, which has no account ID."""
    return f"arn:aws:apigateway:{place.region}::{path}"
