"""API Gateway: a method, the integration behind it, and how the gateway words its own errors."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.apigateway_api import replacing
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen, steps
from emulator.provider.values import pruned

_LONGEST = 29000
"""Milliseconds that a REST API waits for an integration."""


def _method_id(inputs: Properties) -> str:
    return f"agm-{inputs['restApi']}-{inputs['resourceId']}-{inputs['httpMethod']}"


def _integration_id(inputs: Properties) -> str:
    return f"agi-{inputs['restApi']}-{inputs['resourceId']}-{inputs['httpMethod']}"


def _response_id(inputs: Properties) -> str:
    return f"aggr-{inputs['restApiId']}-{inputs['responseType']}"


def _address(inputs: Properties) -> dict[str, str]:
    """What names a method in every call."""
    return {
        "restApiId": inputs["restApi"],
        "resourceId": inputs["resourceId"],
        "httpMethod": inputs["httpMethod"],
    }


class Method(Resource):
    """`aws.apigateway.Method`."""

    token = "aws:apigateway/method:Method"
    modelled = frozenset(
        {
            "apiKeyRequired",
            "authorization",
            "httpMethod",
            "operationName",
            "requestModels",
            "requestParameters",
            "requestValidatorId",
            "resourceId",
            "restApi",
        }
    )
    replace_on = frozenset({"restApi", "resourceId", "httpMethod"})
    defaults = frozen({"apiKeyRequired": False})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Its address makes the id, as the real provider spells it."""
        cloud.client("apigateway").put_method(
            **_address(inputs),
            **pruned(
                authorizationType=inputs["authorization"],
                apiKeyRequired=inputs["apiKeyRequired"],
                operationName=inputs.get("operationName"),
                requestModels=inputs.get("requestModels"),
                requestParameters=inputs.get("requestParameters"),
                requestValidatorId=inputs.get("requestValidatorId"),
            ),
        )
        return _method_id(inputs)

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API, resource and verb."""
        del cloud
        named = steps(import_id, "restApi", "resourceId", "httpMethod")
        return _method_id(named), named

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del resource_id
        found = cloud.client("apigateway").get_method(**_address(known))
        return {
            "restApi": known["restApi"],
            "resourceId": known["resourceId"],
            "httpMethod": found["httpMethod"],
            "authorization": found["authorizationType"],
            "apiKeyRequired": found.get("apiKeyRequired", False),
            "operationName": found.get("operationName"),
            "requestModels": found.get("requestModels") or None,
            "requestParameters": found.get("requestParameters") or None,
            "requestValidatorId": found.get("requestValidatorId"),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but its address."""
        del resource_id
        operations = replacing(
            old,
            new,
            {
                "authorization": "/authorizationType",
                "apiKeyRequired": "/apiKeyRequired",
                "operationName": "/operationName",
                "requestValidatorId": "/requestValidatorId",
            },
        )
        operations += _entries("/requestModels", old.get("requestModels"), new.get("requestModels"))
        operations += _entries(
            "/requestParameters", old.get("requestParameters"), new.get("requestParameters")
        )
        cloud.client("apigateway").update_method(**_address(new), patchOperations=operations)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With the integration behind it."""
        del resource_id
        cloud.client("apigateway").delete_method(**_address(known))

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By address."""
        cloud.client("apigateway").get_method(**_address(inputs))
        return _method_id(inputs)


class Integration(Resource):
    """`aws.apigateway.Integration` with a Lambda function."""

    token = "aws:apigateway/integration:Integration"
    modelled = frozenset(
        {
            "connectionType",
            "credentials",
            "httpMethod",
            "integrationHttpMethod",
            "passthroughBehavior",
            "resourceId",
            "restApi",
            "timeoutMilliseconds",
            "type",
            "uri",
        }
    )
    replace_on = frozenset(
        {"restApi", "resourceId", "httpMethod", "integrationHttpMethod", "type", "credentials"}
    )
    computed = frozenset({"passthroughBehavior"})
    defaults = frozen({"connectionType": "INTERNET", "timeoutMilliseconds": _LONGEST})
    absent = frozen(
        {
            "passthroughBehavior": "WHEN_NO_MATCH",
            "cacheNamespace": "",
            "responseTransferMode": "BUFFERED",
        }
    )

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The kind that the data plane calls."""
        if inputs.get("type") not in ("AWS_PROXY", None) and isinstance(inputs["type"], str):
            yield CheckFailure("type", "only AWS_PROXY is modelled by the embedded AWS")
        timeout = inputs.get("timeoutMilliseconds")
        if isinstance(timeout, int) and not 50 <= timeout <= _LONGEST:
            yield CheckFailure("timeoutMilliseconds", f"must be from 50 to {_LONGEST}")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Its address makes the id, as the real provider spells it."""
        self._put(cloud, inputs)
        return _integration_id(inputs)

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API, resource and verb."""
        del cloud
        named = steps(import_id, "restApi", "resourceId", "httpMethod")
        return _integration_id(named), named

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del resource_id
        found = cloud.client("apigateway").get_integration(**_address(known))
        return {
            "restApi": known["restApi"],
            "resourceId": known["resourceId"],
            "httpMethod": known["httpMethod"],
            "type": found["type"],
            "uri": found.get("uri"),
            "integrationHttpMethod": found.get("httpMethod"),
            "connectionType": found.get("connectionType") or "INTERNET",
            "credentials": found.get("credentials"),
            "passthroughBehavior": found.get("passthroughBehavior") or "WHEN_NO_MATCH",
            "timeoutMilliseconds": int(found.get("timeoutInMillis") or _LONGEST),
            "cacheNamespace": found.get("cacheNamespace") or known["resourceId"],
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing an integration again replaces it."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The method stays."""
        del resource_id
        cloud.client("apigateway").delete_integration(**_address(known))

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """A method has one at most."""
        cloud.client("apigateway").get_integration(**_address(inputs))
        return _integration_id(inputs)

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        cloud.client("apigateway").put_integration(
            **_address(inputs),
            **pruned(
                type=inputs["type"],
                integrationHttpMethod=inputs.get("integrationHttpMethod"),
                uri=inputs.get("uri"),
                connectionType=inputs["connectionType"],
                credentials=inputs.get("credentials"),
                passthroughBehavior=inputs.get("passthroughBehavior"),
                timeoutInMillis=inputs["timeoutMilliseconds"],
            ),
        )


class GatewayResponse(Resource):
    """`aws.apigateway.Response`: what the gateway itself answers when it refuses a request."""

    token = "aws:apigateway/response:Response"
    modelled = frozenset(
        {"restApiId", "responseType", "statusCode", "responseTemplates", "responseParameters"}
    )
    replace_on = frozenset({"restApiId", "responseType"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Its address makes the id, as the real provider spells it."""
        self._put(cloud, inputs)
        return _response_id(inputs)

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By API and type."""
        del cloud
        named = steps(import_id, "restApiId", "responseType")
        return _response_id(named), named

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all; a response that nobody set is the gateway's default."""
        del resource_id
        found = cloud.client("apigateway").get_gateway_response(
            restApiId=known["restApiId"], responseType=known["responseType"]
        )
        if found.get("defaultResponse"):
            return None
        return {
            "restApiId": known["restApiId"],
            "responseType": found["responseType"],
            "statusCode": found.get("statusCode"),
            "responseTemplates": found.get("responseTemplates") or None,
            "responseParameters": found.get("responseParameters") or None,
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing a response again replaces it."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Back to the gateway's default."""
        del resource_id
        cloud.client("apigateway").delete_gateway_response(
            restApiId=known["restApiId"], responseType=known["responseType"]
        )

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By type."""
        resource_id = _response_id(inputs)
        return resource_id if self.read(cloud, resource_id, inputs) else None

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        cloud.client("apigateway").put_gateway_response(
            **pruned(
                restApiId=inputs["restApiId"],
                responseType=inputs["responseType"],
                statusCode=inputs.get("statusCode"),
                responseTemplates=inputs.get("responseTemplates"),
                responseParameters=inputs.get("responseParameters"),
            )
        )


def _entries(path: str, old: Any, new: Any) -> list[dict[str, Any]]:
    """Patch operations from one map to another; a slash in a key is written `~1`."""
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
