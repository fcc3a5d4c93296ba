"""A small REST API in front of a function that answers with its own event, and a client that signs."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.tests.resources import ACCOUNT, REGION, Deployer, arn, policy, statement

SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "amount"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]{1,8}$"},
        "amount": {"type": "number", "minimum": 0},
        "currency": {"enum": ["EUR", "USD"]},
    },
}
ECHO = """
import json, os, signal, time
def handle(event, context):
    body = json.loads(event["body"])
    if body["id"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if body["id"] == "slow":
        time.sleep(2)
    if body["id"] == "raise":
        raise ValueError("secret detail")
    if body["id"] == "odd":
        return {"statusCode": "many"}
    return {"statusCode": 201, "headers": {"X-Mine": "yes"}, "body": json.dumps(event)}
"""
VALID = {"id": "abc", "amount": 1}


@dataclass(frozen=True)
class Api:
    """A deployed API with POST /orders."""

    api_id: str
    url: str
    credentials: Credentials
    deployer: Deployer

    def send(self, method: str, path: str, body: object, credentials: Credentials | None = None) -> "Answer":
        """Send a signed request to a path below the stage."""
        data, url = json.dumps(body).encode(), f"{self.url}/{path}"
        request = AWSRequest(method, url, data=data, headers={"Content-Type": "application/json"})
        SigV4Auth(credentials or self.credentials, "execute-api", REGION).add_auth(request)
        return send(method, url, dict(request.headers.items()), data)

    def post(
        self,
        body: object,
        credentials: Credentials | None = None,
        changes: Mapping[str, str] | None = None,
    ) -> "Answer":
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = AWSRequest(
            "POST", f"{self.url}/orders", data=data, headers={"Content-Type": "application/json"}
        )
        SigV4Auth(credentials or self.credentials, "execute-api", REGION).add_auth(request)
        headers = {**dict(request.headers.items()), **(changes or {})}
        return send("POST", f"{self.url}/orders", headers, data)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


def send(method: str, url: str, headers: Mapping[str, str], data: bytes) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, parts.path, body=data, headers=dict(headers))
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return Answer(
        response.status, {k.lower(): v for k, v in response.getheaders()}, json.loads(text or b"null")
    )


def caller(deployer: Deployer, name: str, *resources: str) -> Credentials:
    """Keys of a new role that may invoke these resources of APIs, and do nothing else."""
    iam, sts = deployer.client("iam"), deployer.client("sts")
    document = policy(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    )
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    statements = [statement("execute-api:Invoke", arn("execute-api", resource)) for resource in resources]
    iam.put_role_policy(RoleName=name, PolicyName="invoke", PolicyDocument=policy(*statements))
    keys = sts.assume_role(RoleArn=role, RoleSessionName="partner")["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def build_api(
    deployer: Deployer,
    name: str,
    *,
    timeout_ms: int = 29_000,
    permitted: bool = True,
    note_source: str = "PUT/orders/*/note",
) -> Api:
    """An API of POST /orders and PUT /orders/{id}/note, both signed, checked and answered by one function."""
    gateway = deployer.client("apigateway")
    function = deployer.function(f"{name}-function", ECHO)
    api_id = gateway.create_rest_api(name=name)["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="orders")["id"]
    gateway.create_model(
        restApiId=api_id, name="order", contentType="application/json", schema=json.dumps(SCHEMA)
    )
    validator = gateway.create_request_validator(restApiId=api_id, name="body", validateRequestBody=True)[
        "id"
    ]
    variable = gateway.create_resource(restApiId=api_id, parentId=resource, pathPart="{id}")["id"]
    note = gateway.create_resource(restApiId=api_id, parentId=variable, pathPart="note")["id"]
    for resource_id, method in ((resource, "POST"), (note, "PUT")):
        gateway.put_method(
            restApiId=api_id,
            resourceId=resource_id,
            httpMethod=method,
            authorizationType="AWS_IAM",
            requestValidatorId=validator,
            requestModels={"application/json": "order"},
        )
        gateway.put_integration(
            restApiId=api_id,
            resourceId=resource_id,
            httpMethod=method,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
            timeoutInMillis=timeout_ms,
        )
    gateway.put_gateway_response(
        restApiId=api_id,
        responseType="BAD_REQUEST_BODY",
        statusCode="400",
        responseTemplates={
            "application/json": '{"why": "$context.error.validationErrorString", "id": "$context.requestId"}'
        },
        responseParameters={"gatewayresponse.header.X-Reason": "'body'"},
    )
    deployment = gateway.create_deployment(restApiId=api_id)["id"]
    gateway.create_stage(restApiId=api_id, stageName="live", deploymentId=deployment, tracingEnabled=True)
    if permitted:
        for source in ("POST/orders", note_source):
            permitted_source = arn("execute-api", f"{api_id}/live/{source}")
            deployer.permit(f"{name}-function", "apigateway.amazonaws.com", permitted_source)
    emulator = deployer.emulator
    credentials = Credentials(emulator.access_key_id, emulator.secret_access_key)
    return Api(api_id, emulator.invoke_url(api_id, "live"), credentials, deployer)
