"""API Gateway: a REST API and what is inside it - resources, models, validators, methods, integrations."""

import json
from collections.abc import Iterator
from typing import Any

from local.provider import tags
from local.provider.cloud import Cloud
from local.provider.resource import CheckFailure, Properties, Resource, changed, frozen
from local.provider.sqs import json_failures
from local.provider.values import pruned


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


class ApiResource(Resource):
    """`aws.apigateway.Resource`: one step of a path."""

    token = "aws:apigateway/resource:Resource"
    modelled = frozenset({"restApi", "parentId", "pathPart"})
    replace_on = frozenset({"restApi"})
    volatile = frozenset({"path"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Below its parent."""
        made = cloud.client("apigateway").create_resource(
            restApiId=inputs["restApi"], parentId=inputs["parentId"], pathPart=inputs["pathPart"]
        )
        return str(made["id"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        api = known["restApi"]
        found = cloud.client("apigateway").get_resource(restApiId=api, resourceId=resource_id)
        return {
            "restApi": api,
            "parentId": found["parentId"],
            "pathPart": found["pathPart"],
            "path": found["path"],
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another name or another parent."""
        operations = replacing(old, new, {"pathPart": "/pathPart", "parentId": "/parentId"})
        cloud.client("apigateway").update_resource(
            restApiId=new["restApi"], resourceId=resource_id, patchOperations=operations
        )

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With the methods on it."""
        cloud.client("apigateway").delete_resource(restApiId=known["restApi"], resourceId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name below its parent."""
        for found in cloud.client("apigateway").get_resources(restApiId=inputs["restApi"])["items"]:
            if (found.get("parentId"), found.get("pathPart")) == (inputs["parentId"], inputs["pathPart"]):
                return str(found["id"])
        return None


class Model(Resource):
    """`aws.apigateway.Model`: a JSON schema of a request body."""

    token = "aws:apigateway/model:Model"
    modelled = frozenset({"restApi", "name", "contentType", "description", "schema"})
    replace_on = frozenset({"restApi", "name", "contentType"})
    auto_name = "name"
    documents = frozenset({"schema"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The schema must parse, and the name is letters and digits."""
        yield from json_failures(inputs, "schema")
        if isinstance(inputs.get("name"), str) and not inputs["name"].isalnum():
            yield CheckFailure("name", f"{inputs['name']!r} may hold letters and digits only")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """AWS gives it an id; it is addressed by name."""
        made = cloud.client("apigateway").create_model(
            **pruned(
                restApiId=inputs["restApi"],
                name=inputs["name"],
                contentType=inputs["contentType"],
                description=inputs.get("description"),
                schema=inputs.get("schema"),
            )
        )
        return str(made["id"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        api = known["restApi"]
        found = cloud.client("apigateway").get_model(restApiId=api, modelName=known["name"])
        if found["id"] != resource_id:
            return None
        return {
            "restApi": api,
            "name": found["name"],
            "contentType": found["contentType"],
            "description": found.get("description"),
            "schema": found.get("schema"),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Schema and description."""
        del resource_id
        operations = replacing(old, new, {"schema": "/schema", "description": "/description"})
        cloud.client("apigateway").update_model(
            restApiId=new["restApi"], modelName=new["name"], patchOperations=operations
        )

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while a method uses it."""
        del resource_id
        cloud.client("apigateway").delete_model(restApiId=known["restApi"], modelName=known["name"])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        found = cloud.client("apigateway").get_model(restApiId=inputs["restApi"], modelName=inputs["name"])
        return str(found["id"])


class RequestValidator(Resource):
    """`aws.apigateway.RequestValidator`."""

    token = "aws:apigateway/requestValidator:RequestValidator"
    modelled = frozenset({"restApi", "name", "validateRequestBody", "validateRequestParameters"})
    replace_on = frozenset({"restApi"})
    defaults = frozen({"validateRequestBody": False, "validateRequestParameters": False})
    auto_name = "name"

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """AWS gives it an id."""
        made = cloud.client("apigateway").create_request_validator(
            restApiId=inputs["restApi"],
            name=inputs["name"],
            validateRequestBody=inputs["validateRequestBody"],
            validateRequestParameters=inputs["validateRequestParameters"],
        )
        return str(made["id"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        found = cloud.client("apigateway").get_request_validator(
            restApiId=known["restApi"], requestValidatorId=resource_id
        )
        names = ("name", "validateRequestBody", "validateRequestParameters")
        return {"restApi": known["restApi"], **{name: found[name] for name in names}}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Name and what it validates."""
        names = ("name", "validateRequestBody", "validateRequestParameters")
        cloud.client("apigateway").update_request_validator(
            restApiId=new["restApi"],
            requestValidatorId=resource_id,
            patchOperations=replacing(old, new, {name: f"/{name}" for name in names}),
        )

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Methods that used it check nothing any more."""
        cloud.client("apigateway").delete_request_validator(
            restApiId=known["restApi"], requestValidatorId=resource_id
        )

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        found = cloud.client("apigateway").get_request_validators(restApiId=inputs["restApi"])["items"]
        return next((str(each["id"]) for each in found if each["name"] == inputs["name"]), None)


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
