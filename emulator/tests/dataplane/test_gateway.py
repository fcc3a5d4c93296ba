"""The gateway: signatures, bodies, throttling, the event for the function and its answer."""

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.tests.dataplane.api import VALID, Api, build_api, caller, send
from emulator.tests.resources import ACCOUNT, REGION, Deployer, eventually

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def api(deployer: Deployer) -> Api:
    return build_api(deployer, "orders-api")


def test_a_signed_request_reaches_the_function(api: Api) -> None:
    answer = api.post(VALID, changes={"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"})

    assert answer.status == 201
    assert answer.headers["x-mine"] == "yes"
    event = answer.body
    assert json.loads(event["body"]) == VALID
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/orders", "/orders", "POST")
    assert event["queryStringParameters"] is None
    assert event["isBase64Encoded"] is False
    assert event["headers"]["Content-Type"] == "application/json"
    assert event["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert not any(name.lower() == "authorization" for name in event["headers"])
    trace = event["headers"]["X-Amzn-Trace-Id"]
    assert trace.startswith("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=")
    context = event["requestContext"]
    assert (context["apiId"], context["stage"], context["accountId"]) == (api.api_id, "live", ACCOUNT)
    assert (context["path"], context["resourcePath"]) == ("/live/orders", "/orders")
    assert context["identity"]["accessKey"] == api.credentials.access_key
    assert answer.headers["x-amzn-requestid"] == context["requestId"]


def test_the_trace_holds_the_stage_and_the_function(api: Api) -> None:
    root = "1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa"
    api.deployer.client("lambda").update_function_configuration(FunctionName="orders-api-function")
    api.post(VALID, changes={"X-Amzn-Trace-Id": f"Root={root}"})
    path = api.deployer.directory / "traces.jsonl"

    def segments() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in path.read_text().splitlines()]
        return [segment for segment in found if segment["trace_id"] == root]

    stage = eventually(lambda: [each for each in segments() if each["origin"] == "AWS::ApiGateway::Stage"])
    assert stage[0]["name"] == "orders-api/live"
    assert stage[0]["http"]["response"]["status"] == 201


@pytest.mark.parametrize(
    ("headers", "error_type", "words"),
    [
        ({"Authorization": ""}, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        ({"Authorization": "Bearer x"}, "InvalidSignatureException", "Unsupported AWS 'algorithm'"),
        ({"X-Amz-Date": "20150830T123600Z"}, "InvalidSignatureException", "Date in Credential scope"),
        ({"Host": "elsewhere.example"}, "InvalidSignatureException", "does not match the signature"),
    ],
)
def test_a_request_that_is_not_rightly_signed_is_forbidden(
    api: Api, headers: dict[str, str], error_type: str, words: str
) -> None:
    answer = api.post(VALID, changes=headers)

    assert answer.status == 403
    assert answer.headers["x-amzn-errortype"] == error_type
    assert words in answer.body["message"]


def test_a_changed_body_is_a_wrong_signature(api: Api) -> None:
    signed = AWSRequest("POST", f"{api.url}/orders", data=json.dumps(VALID).encode())
    SigV4Auth(api.credentials, "execute-api", REGION).add_auth(signed)
    answer = send("POST", f"{api.url}/orders", dict(signed.headers.items()), b'{"id": "abc", "amount": 100}')

    assert answer.status == 403
    assert "does not match the signature" in answer.body["message"]


def test_unknown_keys_wrong_secrets_and_other_services_are_forbidden(api: Api) -> None:
    unknown = api.post(VALID, Credentials("AKIAIOSFODNN7EXAMPLE", "x"))
    assert (unknown.status, unknown.body["message"]) == (
        403,
        "The security token included in the request is invalid.",
    )
    assert api.post(VALID, Credentials(api.credentials.access_key, "wrong")).status == 403
    request = AWSRequest("POST", f"{api.url}/orders", data=json.dumps(VALID).encode())
    SigV4Auth(api.credentials, "sqs", REGION).add_auth(request)
    answer = send("POST", f"{api.url}/orders", dict(request.headers.items()), json.dumps(VALID).encode())
    assert (answer.status, "correct service: 'execute-api'" in answer.body["message"]) == (403, True)


@pytest.mark.parametrize(("path", "status"), [("live", 201), ("other", 403)])
def test_a_role_may_invoke_what_its_policy_names(api: Api, path: str, status: int) -> None:
    name = f"caller-{path}"
    credentials = caller(api.deployer, name, f"{api.api_id}/{path}/POST/orders")

    answer = api.post(VALID, credentials)
    assert answer.status == status
    if status == 403:
        assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
        assert "not authorized to perform: execute-api:Invoke" in answer.body["message"]
    else:
        user = answer.body["requestContext"]["identity"]["userArn"]
        assert user == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/partner"


def test_a_variable_of_the_path_reaches_the_function(api: Api) -> None:
    event = api.send("PUT", "orders/o-1/note", VALID).body

    assert event["pathParameters"] == {"id": "o-1"}
    assert (event["resource"], event["path"]) == ("/orders/{id}/note", "/orders/o-1/note")
    assert (event["httpMethod"], event["requestContext"]["resourcePath"]) == ("PUT", "/orders/{id}/note")
    assert json.loads(event["body"]) == VALID
    assert api.send("PUT", "orders/o-1/note", {"id": "abc"}).body["why"] == "[amount: is required]"
    assert api.send("PUT", "orders//note", VALID).status == 403


@pytest.mark.parametrize(
    ("path", "allowed", "status"),
    [
        ("all-notes", "PUT/orders/*/note", 201),
        ("one-note", "PUT/orders/o-1/note", 201),
        ("other-note", "PUT/orders/o-2/note", 403),
        ("orders", "POST/orders", 403),
        ("note-by-post", "POST/orders/*/note", 403),
    ],
)
def test_a_role_is_held_to_the_very_path_that_it_asks_for(
    api: Api, path: str, allowed: str, status: int
) -> None:
    credentials = caller(api.deployer, f"caller-of-{path}", f"{api.api_id}/live/{allowed}")
    assert api.send("PUT", "orders/o-1/note", VALID, credentials).status == status


def test_the_function_s_policy_names_a_variable_by_an_asterisk(deployer: Deployer) -> None:
    api = build_api(deployer, "note-api", note_source="PUT/orders/{id}/note")
    assert api.post(VALID).status == 201
    assert api.send("PUT", "orders/o-1/note", VALID).status == 500


def test_every_fault_of_a_body_is_named_and_no_value_is_repeated(api: Api) -> None:
    answer = api.post({"id": "4111-1111", "currency": "XXX-secret", "extra": "hidden"})

    assert answer.status == 400
    assert answer.headers["x-reason"] == "body"
    reasons = answer.body["why"].strip("[]").split(", ")
    assert reasons == [
        "amount: is required",
        "currency: is not one of the allowed values",
        "extra: is not a known field",
        "id: does not match ^[a-z]{1,8}$",
    ]
    assert answer.body["id"] == answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "[body: is not valid JSON]"),
        (b"", "[body: must be of type object]"),
        (b'{"id": "abc", "amount": NaN}', "[body: is not valid JSON]"),
        (b"[" * 1000 + b"]" * 1000, "[body: is not valid JSON]"),
        (b'{"id": ' * 1000, "[body: is not valid JSON]"),
        (b'{"id": 5, "amount": "1"}', "[amount: must be of type number, id: must be of type string]"),
    ],
)
def test_bodies_that_are_no_orders(api: Api, body: bytes, why: str) -> None:
    answer = api.post(body)
    assert (answer.status, answer.body["why"]) == (400, why)


@pytest.mark.parametrize("order", ["raise", "odd", "killed"])
def test_functions_that_do_not_answer_well(api: Api, order: str) -> None:
    answer = api.post({"id": order, "amount": 1})
    assert (answer.status, answer.body) == (502, {"message": "Internal server error"})
    assert api.post(VALID).status == 201


def test_a_function_that_takes_too_long(deployer: Deployer) -> None:
    api = build_api(deployer, "slow-api", timeout_ms=50)
    answer = api.post({"id": "slow", "amount": 1})
    assert (answer.status, answer.body) == (504, {"message": "Endpoint request timed out"})


def test_unknown_stages_and_paths(api: Api) -> None:
    stage = send("POST", f"{api.url}-not/orders", {}, b"")
    assert (stage.status, stage.body) == (403, {"message": "Forbidden"})
    path = send("GET", f"{api.url}/orders", {}, b"")
    assert (path.status, path.body) == (403, {"message": "Missing Authentication Token"})


def test_without_permission_the_function_is_not_called(deployer: Deployer) -> None:
    api = build_api(deployer, "unpermitted-api", permitted=False)
    answer = api.post(VALID)
    assert (answer.status, answer.body) == (500, {"message": "Internal server error"})
    assert deployer.log_lines("unpermitted-api-function") == []


def test_a_throttled_function_is_an_error_of_the_server(deployer: Deployer) -> None:
    api = build_api(deployer, "busy-api")
    deployer.client("lambda").put_function_concurrency(
        FunctionName="busy-api-function", ReservedConcurrentExecutions=0
    )
    answer = api.post(VALID)
    assert (answer.status, answer.body) == (500, {"message": "Internal server error"})


def test_the_stage_throttles_as_deployed(deployer: Deployer) -> None:
    api = build_api(deployer, "throttled-api")
    deployer.client("apigateway").update_stage(
        restApiId=api.api_id,
        stageName="live",
        patchOperations=[
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1"},
            {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "3"},
        ],
    )
    statuses = [api.post({"id": "5", "amount": 1}).status for _ in range(10)]
    assert statuses[:3] == [400, 400, 400]
    assert 429 in statuses[3:]


def _redeploy(api: Api) -> None:
    gateway = api.deployer.client("apigateway")
    deployment = gateway.create_deployment(restApiId=api.api_id)["id"]
    gateway.update_stage(
        restApiId=api.api_id,
        stageName="live",
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
    )


def test_a_stage_serves_the_deployed_model_and_not_the_draft(deployer: Deployer) -> None:
    api = build_api(deployer, "deployed-model")
    deployer.client("apigateway").update_model(
        restApiId=api.api_id,
        modelName="order",
        patchOperations=[
            {"op": "replace", "path": "/schema", "value": '{"type": "object", "required": ["new"]}'}
        ],
    )
    assert api.post(VALID).status == 201
    _redeploy(api)
    answer = api.post(VALID)
    assert (answer.status, answer.body["why"]) == (400, "[new: is required]")


def test_a_stage_serves_the_deployed_methods_and_not_the_draft(deployer: Deployer) -> None:
    api = build_api(deployer, "deployed-methods")
    gateway = deployer.client("apigateway")
    resource = next(
        each["id"] for each in gateway.get_resources(restApiId=api.api_id)["items"] if each["path"] != "/"
    )
    method = {"restApiId": api.api_id, "resourceId": resource, "httpMethod": "POST"}
    replaced = [{"op": "replace", "path": "/authorizationType", "value": "NONE"}]
    gateway.update_method(**method, patchOperations=replaced)

    unsigned = send("POST", f"{api.url}/orders", {}, json.dumps(VALID).encode())
    assert (unsigned.status, unsigned.body) == (403, {"message": "Missing Authentication Token"})
    _redeploy(api)
    assert send("POST", f"{api.url}/orders", {}, json.dumps(VALID).encode()).status == 201
