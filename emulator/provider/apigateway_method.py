"""API Gateway: methods, integrations and gateway responses."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.apigateway_api import ApiPart
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Clients, Properties, frozen, words

_LONGEST = 29000
"""Maximum integration timeout of a REST API, in milliseconds."""


class Method(ApiPart):
    """`aws.apigateway.Method`."""

    token = "aws:apigateway/method:Method"
    modelled = words(
        "apiKeyRequired authorization httpMethod operationName requestModels requestParameters "
        "requestValidatorId resourceId restApi"
    )
    key = ("restApi", "resourceId", "httpMethod")
    id_form = "agm-{restApi}-{resourceId}-{httpMethod}"
    names = {"restApi": "restApiId", "authorization": "authorizationType"}
    defaults = frozen({"apiKeyRequired": False})
    patches = frozen(
        {
            "authorization": "/authorizationType",
            "apiKeyRequired": "/apiKeyRequired",
            "operationName": "/operationName",
            "requestValidatorId": "/requestValidatorId",
        }
    )
    creating, reading, updating, deleting = "put_method", "get_method", "update_method", "delete_method"

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        operations = super().changes(old, new)["patchOperations"]
        for name in ("requestModels", "requestParameters"):
            operations += _entries(f"/{name}", old.get(name), new.get(name))
        return {"patchOperations": operations}

    def properties(self, found: Properties) -> dict[str, Any]:
        return super().properties({"apiKeyRequired": False, **found})


class Integration(ApiPart):
    """`aws.apigateway.Integration` with a Lambda function."""

    token = "aws:apigateway/integration:Integration"
    modelled = words(
        "connectionType credentials httpMethod integrationHttpMethod passthroughBehavior resourceId "
        "restApi timeoutMilliseconds type uri"
    )
    key = ("restApi", "resourceId", "httpMethod")
    id_form = "agi-{restApi}-{resourceId}-{httpMethod}"
    names = {"restApi": "restApiId", "timeoutMilliseconds": "timeoutInMillis"}
    replace_on = frozenset({"integrationHttpMethod", "type", "credentials"})
    computed = frozenset({"passthroughBehavior"})
    defaults = frozen({"connectionType": "INTERNET", "timeoutMilliseconds": _LONGEST})
    absent = frozen({"passthroughBehavior": "WHEN_NO_MATCH", "responseTransferMode": "BUFFERED"})
    creating, reading, deleting = "put_integration", "get_integration", "delete_integration"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check that the data plane supports the integration type."""
        if inputs.get("type") not in ("AWS_PROXY", None) and isinstance(inputs["type"], str):
            yield CheckFailure("type", "only AWS_PROXY is modelled by the embedded AWS")
        timeout = inputs.get("timeoutMilliseconds")
        if isinstance(timeout, int) and not 50 <= timeout <= _LONGEST:
            yield CheckFailure("timeoutMilliseconds", f"must be from 50 to {_LONGEST}")

    def properties(self, found: Properties) -> dict[str, Any]:
        """Return the properties; the description's `httpMethod` is the integration's own method."""
        return {
            **super().properties(found),
            "integrationHttpMethod": found.get("httpMethod"),
            "connectionType": found.get("connectionType") or "INTERNET",
            "passthroughBehavior": found.get("passthroughBehavior") or "WHEN_NO_MATCH",
            "timeoutMilliseconds": int(found.get("timeoutInMillis") or _LONGEST),
        }

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        told = super().read(cloud, resource_id, known)
        return told and {"cacheNamespace": known["resourceId"], **told}


class GatewayResponse(ApiPart):
    """`aws.apigateway.Response`: a gateway response."""

    token = "aws:apigateway/response:Response"
    modelled = words("restApiId responseType statusCode responseTemplates responseParameters")
    key = ("restApiId", "responseType")
    id_form = "aggr-{restApiId}-{responseType}"
    creating, reading = "put_gateway_response", "get_gateway_response"
    deleting = "delete_gateway_response"

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return None for a default response."""
        found = super().described(aws, resource_id, known)
        return None if found is None or found.get("defaultResponse") else found


def _entries(path: str, old: Any, new: Any) -> list[dict[str, Any]]:
    """Yield patch operations from one map to another; `/` in a key is escaped as `~1`."""
    before, after = old or {}, new or {}
    operations: list[dict[str, Any]] = []
    for key in sorted(before.keys() | after.keys()):
        where = f"{path}/{key.replace('/', '~1')}"
        if key not in after:
            operations.append({"op": "remove", "path": where})
        elif before.get(key) != after[key]:
            text = after[key] if isinstance(after[key], str) else str(after[key]).lower()
            operations.append({"op": "replace" if key in before else "add", "path": where, "value": text})
    return operations
