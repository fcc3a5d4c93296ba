"""API Gateway: security policy and tags of an API, method settings of a stage.

Moto drops the security policy and endpoint access mode, tags only stages, and cannot remove method settings.
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.apigateway import urls
from moto.apigateway.models import RestAPI, Stage
from moto.apigateway.responses import APIGatewayResponse

from emulator.cloud.replacing import replaces

_KEPT = ("securityPolicy", "endpointAccessMode")

_create = APIGatewayResponse.create_rest_api
_to_dict = RestAPI.to_dict
_patch_api = RestAPI.apply_patch_operations
_patch_stage = Stage.apply_operations
_tag = APIGatewayResponse.tag_resource
_untag = APIGatewayResponse.untag_resource
_delete = APIGatewayResponse.delete_rest_api
_TAGS_OF_AN_API = (
    "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/restapis/(?P<function_id>[^/]+)$"
)


@replaces(APIGatewayResponse, "create_rest_api")
def _create_whole(self: APIGatewayResponse) -> Any:
    status, headers, body = _create(self)
    kept = {name: value for name in _KEPT if (value := self._get_param(name))}
    created = json.loads(body)
    if kept and "id" in created:
        self.backend.get_rest_api(created["id"]).kept = kept  # type: ignore[attr-defined]
        body = json.dumps({**created, **kept})
    return status, headers, body


@replaces(RestAPI, "to_dict")
def _whole_dict(self: RestAPI) -> dict[str, Any]:
    return {**_to_dict(self), **getattr(self, "kept", {})}


@replaces(RestAPI, "apply_patch_operations")
def _patch_whole_api(self: RestAPI, operations: list[dict[str, Any]]) -> None:
    _patch_api(self, operations)
    for operation in operations:
        name, value = operation["path"].strip("/"), operation.get("value", "")
        if name in _KEPT:
            self.kept = {**getattr(self, "kept", {}), name: value}  # type: ignore[attr-defined]
        elif name == "disableExecuteApiEndpoint":
            self.disableExecuteApiEndpoint = value == "true"


@replaces(Stage, "apply_operations")
def _patch_whole_stage(self: Stage, operations: list[dict[str, Any]]) -> Stage:
    _patch_stage(self, operations)
    for operation in operations:
        if operation["op"] == "remove":
            path = operation["path"].strip("/").replace("~1", "/")
            self.method_settings.pop(path, None)
            self.variables.pop(path.removeprefix("variables/"), None)
    return self


def _tagged_api(self: APIGatewayResponse) -> RestAPI | None:
    """Return the API that a tagging call names; None if it names a stage."""
    path = unquote(self.path.split("/tags/")[1])
    api_id = path.rsplit("/restapis/", 1)[-1]
    return None if "/" in api_id else self.backend.get_rest_api(api_id)


@replaces(APIGatewayResponse, "tag_resource")
def _tag_any(self: APIGatewayResponse) -> str:
    api = _tagged_api(self)
    if api is None:
        return _tag(self)
    api.tags = {**(api.tags or {}), **(self._get_param("tags") or {})}
    return json.dumps({})


@replaces(APIGatewayResponse, "untag_resource")
def _untag_any(self: APIGatewayResponse) -> str:
    api = _tagged_api(self)
    if api is None:
        return _untag(self)
    gone = set(self.querystring.get("tagKeys") or ())
    api.tags = {key: value for key, value in (api.tags or {}).items() if key not in gone}
    return json.dumps({})


@replaces(APIGatewayResponse, "delete_rest_api")
def _delete_existing(self: APIGatewayResponse) -> Any:
    self.backend.get_rest_api(self.path.rstrip("/").rsplit("/", 1)[-1])
    return _delete(self)


urls.url_paths[_TAGS_OF_AN_API] = APIGatewayResponse.dispatch
