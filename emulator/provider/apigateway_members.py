"""API Gateway: path resources, models and validators of a REST API."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.apigateway_api import ApiPart
from emulator.provider.resource import CheckFailure, Clients, Place, Properties, digits, frozen, words


class ApiResource(ApiPart):
    """`aws.apigateway.Resource`: a path segment."""

    token = "aws:apigateway/resource:Resource"
    modelled = frozenset({"restApi", "parentId", "pathPart"})
    key = ("restApi",)
    names = {"restApi": "restApiId"}
    id_field, id_in = "resourceId", "id"
    unique = ("parentId", "pathPart")
    outputs = {"path": "path"}
    volatile = frozenset({"path"})
    patches = frozen({"pathPart": "/pathPart", "parentId": "/parentId"})
    creating, reading = "create_resource", "get_resource"
    updating, deleting = "update_resource", "delete_resource"
    listing = ("get_resources", "items")

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return digits(name, 6), {}


class Model(ApiPart):
    """`aws.apigateway.Model`: a JSON schema. It has a generated id, but calls take its name."""

    token = "aws:apigateway/model:Model"
    id_prefix = "model"
    modelled = words("restApi name contentType description schema")
    key = ("restApi", "name")
    names = {"restApi": "restApiId"}
    id_in = "id"
    replace_on = frozenset({"contentType"})
    auto_name = "name"
    documents = frozenset({"schema"})
    patches = frozen({"schema": "/schema", "description": "/description"})
    creating, reading, updating, deleting = "create_model", "get_model", "update_model", "delete_model"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from super().check(inputs)
        if isinstance(inputs.get("name"), str) and not inputs["name"].isalnum():
            yield CheckFailure("name", f"{inputs['name']!r} may hold letters and digits only")

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"restApiId": known["restApi"], "modelName": known["name"]}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return None if another model has the name."""
        found = super().described(aws, resource_id, known)
        return found if found and resource_id in ("", found["id"]) else None

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        found = self.described(aws, "", inputs)
        return str(found["id"]) if found else None


class RequestValidator(ApiPart):
    """`aws.apigateway.RequestValidator`."""

    token = "aws:apigateway/requestValidator:RequestValidator"
    id_prefix = "validator"
    modelled = frozenset({"restApi", "name", "validateRequestBody", "validateRequestParameters"})
    key = ("restApi",)
    names = {"restApi": "restApiId"}
    id_field, id_in = "requestValidatorId", "id"
    unique = ("name",)
    defaults = frozen({"validateRequestBody": False, "validateRequestParameters": False})
    auto_name = "name"
    patches = frozen({name: f"/{name}" for name in ("name", *defaults)})
    creating, reading = "create_request_validator", "get_request_validator"
    updating, deleting = "update_request_validator", "delete_request_validator"
    listing = ("get_request_validators", "items")
