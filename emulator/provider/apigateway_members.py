"""API Gateway: what is inside a REST API beside its methods - steps of a path, models, validators."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.apigateway_api import replacing
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen, steps
from emulator.provider.sqs import json_failures
from emulator.provider.values import pruned


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

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and resource."""
        del cloud
        named = steps(import_id, "restApi", "resource")
        return named["resource"], {"restApi": named["restApi"]}

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

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and name."""
        named = steps(import_id, "restApi", "name")
        return self.find(cloud, named) or import_id, named

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

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and validator."""
        del cloud
        named = steps(import_id, "restApi", "validator")
        return named["validator"], {"restApi": named["restApi"]}

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
