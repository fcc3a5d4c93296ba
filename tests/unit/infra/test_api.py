"""The API's definition: the gateway's own answers, and a new deployment for whatever it serves anew."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from stacks.compute import api, api_errors, program
from tests.support.harness import Exports, deploy_all, exports_of, run_layer

RESPONSES = {each["type"]: each for each in api_errors.ERROR_RESPONSES}


@pytest.fixture
def upstream() -> Mapping[str, Exports]:
    runs = deploy_all("dev").runs
    return exports_of({name: runs[name] for name in ("network", "data")})


def registered(upstream: Mapping[str, Exports], type_name: str) -> dict[str, Mapping[str, Any]]:
    run = run_layer("compute", "dev", upstream)
    return {each.name: each.inputs for each in run.resources if each.type.endswith(f":{type_name}")}


def test_every_refusal_is_json_like_the_function_s_own(upstream: Mapping[str, Exports]) -> None:
    responses = registered(upstream, "Response")
    assert len(responses) == len(RESPONSES) == 9
    for name, inputs in responses.items():
        body = json.loads(inputs["responseTemplates"]["application/json"])
        assert {"error", "message", "fields", "request_id"} <= set(body), name
        assert body["error"].islower(), name
        assert body["message"].endswith("."), name


def test_refusals_have_the_status_that_clients_act_on(upstream: Mapping[str, Exports]) -> None:
    status = {
        inputs["responseType"]: inputs.get("statusCode")
        for inputs in registered(upstream, "Response").values()
    }
    assert status == {
        "BAD_REQUEST_BODY": "400",
        "THROTTLED": "429",
        "ACCESS_DENIED": "403",
        "INVALID_SIGNATURE": "403",
        "EXPIRED_TOKEN": "403",
        "MISSING_AUTHENTICATION_TOKEN": "403",
        "REQUEST_TOO_LARGE": "413",
        "DEFAULT_4XX": None,
        "DEFAULT_5XX": None,
    }


def test_a_throttled_client_is_told_when_to_come_back(upstream: Mapping[str, Exports]) -> None:
    throttled = registered(upstream, "Response")["throttled-response-dev"]
    # API Gateway takes a constant header value in single quotes.
    assert throttled["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


def test_a_bad_body_is_answered_with_what_is_wrong_with_it(upstream: Mapping[str, Exports]) -> None:
    invalid = registered(upstream, "Response")["invalid-body-response-dev"]
    body = json.loads(invalid["responseTemplates"]["application/json"])
    assert body["validation"] == "$context.error.validationErrorString"


def triggers(upstream: Mapping[str, Exports]) -> Mapping[str, str]:
    (deployment,) = registered(upstream, "Deployment").values()
    found: Mapping[str, str] = deployment["triggers"]
    return found


def test_the_same_definition_is_not_deployed_again(upstream: Mapping[str, Exports]) -> None:
    assert triggers(upstream) == triggers(upstream)


def test_a_changed_schema_is_deployed(
    upstream: Mapping[str, Exports], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = triggers(upstream)
    schema = api.PUT_VERDICT.schema()
    schema["required"] = schema["required"][:-1]
    changed = replace(api.PUT_VERDICT, schema=lambda: schema)
    monkeypatch.setattr(program, "OF_PEOPLE", (changed, *api.OF_PEOPLE[1:]))
    assert triggers(upstream)["definition"] != before["definition"]


def test_a_changed_answer_is_deployed(
    upstream: Mapping[str, Exports], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = triggers(upstream)
    monkeypatch.setattr(api, "ERROR_RESPONSES", [*api_errors.ERROR_RESPONSES, {"type": "WAF_FILTERED"}])
    assert triggers(upstream)["definition"] != before["definition"]


@pytest.mark.parametrize(("setting", "groups"), [("false", 0), ("true", 1)])
def test_access_logs_are_written_only_where_the_setting_says_so(
    setting: str, groups: int, upstream: Mapping[str, Exports]
) -> None:
    run = run_layer("compute", "dev", upstream, {"fraud-compute:api_access_logs": setting})
    logs = [each.inputs for each in run.resources if each.name == "api-access-log-group-dev"]
    (stage,) = [each.inputs for each in run.resources if each.type.endswith(":Stage")]
    assert len(logs) == groups
    assert ("accessLogSettings" in stage) is (groups == 1)
    for each in logs:
        assert each["retentionInDays"] == 7
        assert each["kmsKeyId"].startswith("arn:aws:kms:")
        assert "body" not in stage["accessLogSettings"]["format"].lower()
