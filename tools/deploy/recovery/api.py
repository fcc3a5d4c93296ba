"""Finds the parts of a REST API."""

from collections.abc import Mapping
from typing import Any

from tools.deploy.recovery.clients import Clients

Inputs = Mapping[str, Any]
_MANY = 500


def rest_api(aws: Clients, inputs: Inputs) -> str | None:
    """By name and tags: AWS lets several have the name."""
    wanted = inputs.get("tags", {})
    for page in aws("apigateway").get_paginator("get_rest_apis").paginate():
        for each in page["items"]:
            if each["name"] == inputs["name"] and wanted.items() <= each.get("tags", {}).items():
                return str(each["id"])
    return None


def resource(aws: Clients, inputs: Inputs) -> str | None:
    """By its place in the path."""
    for each in aws("apigateway").get_resources(restApiId=inputs["restApi"], limit=_MANY)["items"]:
        if (each.get("parentId"), each.get("pathPart")) == (inputs["parentId"], inputs["pathPart"]):
            return str(each["id"])
    return None


def method(aws: Clients, inputs: Inputs) -> str | None:
    """By API, path and HTTP method."""
    aws("apigateway").get_method(**_address(inputs))
    return f"agm-{inputs['restApi']}-{inputs['resourceId']}-{inputs['httpMethod']}"


def integration(aws: Clients, inputs: Inputs) -> str | None:
    """By API, path and HTTP method."""
    aws("apigateway").get_integration(**_address(inputs))
    return f"agi-{inputs['restApi']}-{inputs['resourceId']}-{inputs['httpMethod']}"


def response(aws: Clients, inputs: Inputs) -> str | None:
    """By API and kind of error; AWS tells its own where an API has none."""
    found = aws("apigateway").get_gateway_response(
        restApiId=inputs["restApiId"], responseType=inputs["responseType"]
    )
    ours = f"aggr-{inputs['restApiId']}-{inputs['responseType']}"
    return None if found.get("defaultResponse") else ours


def model(aws: Clients, inputs: Inputs) -> str | None:
    """By its name in the API."""
    return str(aws("apigateway").get_model(restApiId=inputs["restApi"], modelName=inputs["name"])["id"])


def request_validator(aws: Clients, inputs: Inputs) -> str | None:
    """By its name in the API, which several can have."""
    found = aws("apigateway").get_request_validators(restApiId=inputs["restApi"], limit=_MANY)["items"]
    return next((str(each["id"]) for each in found if each["name"] == inputs["name"]), None)


def deployment(aws: Clients, inputs: Inputs) -> str | None:
    """The newest one that no stage serves."""
    client, api = aws("apigateway"), inputs["restApi"]
    served = {stage["deploymentId"] for stage in client.get_stages(restApiId=api)["item"]}
    found = client.get_deployments(restApiId=api, limit=_MANY)["items"]
    free = [each for each in found if each["id"] not in served]
    return str(max(free, key=lambda each: each["createdDate"])["id"]) if free else None


def stage(aws: Clients, inputs: Inputs) -> str | None:
    """By its name in the API."""
    aws("apigateway").get_stage(restApiId=inputs["restApi"], stageName=inputs["stageName"])
    return f"ags-{inputs['restApi']}-{inputs['stageName']}"


def method_settings(aws: Clients, inputs: Inputs) -> str | None:
    """By the stage that has them."""
    found = aws("apigateway").get_stage(restApiId=inputs["restApi"], stageName=inputs["stageName"])
    ours = f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}"
    return ours if inputs["methodPath"] in found.get("methodSettings", {}) else None


def account(aws: Clients, inputs: Inputs) -> str | None:
    """The account's one setting, if it names this role."""
    found = aws("apigateway").get_account().get("cloudwatchRoleArn")
    return "api-gateway-account" if found == inputs.get("cloudwatchRoleArn") else None


def _address(inputs: Inputs) -> dict[str, str]:
    return {
        "restApiId": inputs["restApi"],
        "resourceId": inputs["resourceId"],
        "httpMethod": inputs["httpMethod"],
    }
