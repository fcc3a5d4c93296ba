"""API Gateway: update the parts of a REST API in place, and report missing ones as AWS does.

Moto lacks UpdateResource, UpdateModel, UpdateMethod and UpdateDeployment, returns an empty response for a
missing integration and 400 for a missing validator, and raises for deleted parents.
"""

import json
from typing import Any

from moto.apigateway.exceptions import ApiGatewayException, NotFoundException, RequestValidatorNotFound
from moto.apigateway.responses import APIGatewayResponse

from emulator.cloud.replacing import replaces

_get_integration = APIGatewayResponse.get_integration
_get_deployment = APIGatewayResponse.get_deployment
_delete_resource = APIGatewayResponse.delete_resource
_delete_validator = APIGatewayResponse.delete_request_validator
_delete_integration = APIGatewayResponse.delete_integration

_METHOD = {
    "/authorizationType": "authorization_type",
    "/authorizerId": "authorizer_id",
    "/operationName": "operation_name",
    "/requestValidatorId": "request_validator_id",
}
_METHOD_MAPS = {"requestModels": "request_models", "requestParameters": "request_parameters"}


def _steps(self: APIGatewayResponse) -> list[str]:
    """Return the path's segments: `["restapis", api, "resources", resource, "methods", method, ...]`."""
    steps: list[str] = self.path.strip("/").split("/")
    return steps


@replaces(APIGatewayResponse, "update_resource")
def _update_resource(self: APIGatewayResponse) -> str:
    _, api, _, resource_id = _steps(self)[:4]
    resource = self.backend.get_resource(api, resource_id)
    for operation in self._get_param("patchOperations"):
        if operation["path"] == "/pathPart":
            resource.path_part = operation["value"]
        elif operation["path"] == "/parentId":
            resource.parent_id = operation["value"]
    return json.dumps(resource.to_dict())


@replaces(APIGatewayResponse, "update_model")
def _update_model(self: APIGatewayResponse) -> str:
    _, api, _, name = _steps(self)[:4]
    model = self.backend.get_model(api, name)
    for operation in self._get_param("patchOperations"):
        setattr(model, operation["path"].strip("/"), operation["value"])
    return json.dumps(model.to_json())


@replaces(APIGatewayResponse, "update_deployment")
def _update_deployment(self: APIGatewayResponse) -> str:
    _, api, _, deployment_id = _steps(self)[:4]
    deployment = self.backend.get_deployment(api, deployment_id)
    for operation in self._get_param("patchOperations"):
        if operation["path"] == "/description":
            deployment.description = operation["value"]
    return json.dumps(deployment.to_json())


@replaces(APIGatewayResponse, "update_method")
def _update_method(self: APIGatewayResponse) -> str:
    _, api, _, resource_id, _, http_method = _steps(self)[:6]
    method = self.backend.get_method(api, resource_id, http_method)
    for operation in self._get_param("patchOperations"):
        path, value = operation["path"], operation.get("value")
        if path in _METHOD:
            setattr(method, _METHOD[path], value or None)
        elif path == "/apiKeyRequired":
            method.api_key_required = value == "true"
        else:
            _patch_map(method, operation)
    return json.dumps(method.to_json())


def _patch_map(method: Any, operation: dict[str, Any]) -> None:
    _, name, key = operation["path"].split("/", 2)
    key = key.replace("~1", "/")
    entries = dict(getattr(method, _METHOD_MAPS[name]) or {})
    entries.pop(key, None)
    if operation["op"] != "remove":
        value = operation["value"]
        entries[key] = value if name == "requestModels" else value == "true"
    setattr(method, _METHOD_MAPS[name], entries)


@replaces(APIGatewayResponse, "get_integration")
def _get_existing_integration(self: APIGatewayResponse) -> str:
    answer = _get_integration(self)
    if answer == "{}":
        raise NotFoundException("Invalid Integration identifier specified")
    return answer


@replaces(APIGatewayResponse, "delete_integration")
def _delete_existing_integration(self: APIGatewayResponse) -> Any:
    _, api, _, resource_id, _, http_method = _steps(self)[:6]
    if self.backend.get_resource(api, resource_id).get_integration(http_method) is None:
        raise NotFoundException("Invalid Integration identifier specified")
    return _delete_integration(self)


def _of_existing(collection: str, operation: Any) -> Any:
    """Wrap the operation with a check that the part named by the path exists."""

    def checked(self: APIGatewayResponse) -> Any:
        _, api, _, member = _steps(self)[:4]
        if member not in getattr(self.backend.get_rest_api(api), collection):
            raise NotFoundException(f"Invalid {collection.removesuffix('s')} identifier specified")
        return operation(self)

    return checked


@replaces(RequestValidatorNotFound, "__init__")
def _init_validator_not_found(self: RequestValidatorNotFound) -> None:
    ApiGatewayException.__init__(self, "NotFoundException", "Invalid Request Validator identifier specified")


replaces(APIGatewayResponse, "delete_resource")(_of_existing("resources", _delete_resource))
replaces(APIGatewayResponse, "delete_request_validator")(
    _of_existing("request_validators", _delete_validator)
)
replaces(APIGatewayResponse, "get_deployment")(_of_existing("deployments", _get_deployment))
replaces(RequestValidatorNotFound, "code")(404)
