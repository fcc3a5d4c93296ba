"""The compute layer: the API, and the way of a stored transaction to the detector."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.runtime.schema import transaction_schema, transactions_schema, verdict_schema
from stacks.compute import api, api_errors, program
from tests.support.harness import ENVIRONMENTS, deploy_all, exports_of, run_layer
from tests.support.policies import rights
from tests.support.recorded import LayerRun

DEPLOYMENT = "apigateway/deployment:Deployment"


def _compute(environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs["compute"]


def _run_again(**settings: str) -> LayerRun:
    return run_layer("compute", "dev", exports_of(deploy_all("dev").runs), settings)


def _triggers(run: LayerRun) -> Any:
    return run.one(DEPLOYMENT, "api-deployment-dev").inputs["triggers"]


def test_the_method_is_signed_and_checked_against_the_one_schema() -> None:
    compute = _compute()
    rest_api = compute.one("apigateway/restApi:RestApi", "transactions-api-dev")
    model = compute.one("apigateway/model:Model", "transaction-model-dev")
    method = compute.one("apigateway/method:Method", "post-transactions-method-dev")
    resource = compute.one("apigateway/resource:Resource", "transactions-resource-dev")

    deployed = json.loads(model.inputs["schema"])
    assert deployed == transactions_schema()
    of_one = transaction_schema()
    for keyword in ("properties", "required", "dependencies", "additionalProperties"):
        assert deployed[keyword] == of_one[keyword]
    assert json.loads(model.inputs["schema"])["additionalProperties"] is False
    assert resource.inputs["pathPart"] == "transactions"
    assert resource.inputs["parentId"] == rest_api.outputs["rootResourceId"]
    assert method.inputs == {
        "restApi": rest_api.id,
        "resourceId": resource.id,
        "httpMethod": "POST",
        "authorization": "AWS_IAM",
        "requestModels": {"application/json": "transactionModelDev"},
        "requestValidatorId": compute.one(
            "apigateway/requestValidator:RequestValidator", "transaction-validator-dev"
        ).id,
    }


def test_the_method_for_verdicts_is_signed_and_checked_likewise() -> None:
    compute = _compute()
    rest_api = compute.one("apigateway/restApi:RestApi", "transactions-api-dev")
    steps = [
        compute.one("apigateway/resource:Resource", f"{stem}-dev")
        for stem in ("transactions-resource", "transaction-id-resource", "verdict-resource")
    ]
    model = compute.one("apigateway/model:Model", "verdict-model-dev")
    integration = compute.one("apigateway/integration:Integration", "put-verdict-integration-dev")

    assert [step.inputs["pathPart"] for step in steps] == ["transactions", "{transaction_id}", "verdict"]
    parents = [rest_api.outputs["rootResourceId"], *(step.id for step in steps[:-1])]
    assert [step.inputs["parentId"] for step in steps] == parents
    assert json.loads(model.inputs["schema"]) == verdict_schema()
    assert compute.one("apigateway/method:Method", "put-verdict-method-dev").inputs == {
        "restApi": rest_api.id,
        "resourceId": steps[-1].id,
        "httpMethod": "PUT",
        "authorization": "AWS_IAM",
        "requestModels": {"application/json": "verdictModelDev"},
        "requestValidatorId": compute.one(
            "apigateway/requestValidator:RequestValidator", "verdict-validator-dev"
        ).id,
    }
    assert (integration.inputs["resourceId"], integration.inputs["httpMethod"]) == (steps[-1].id, "PUT")
    assert (
        integration.inputs["uri"]
        == compute.one("lambda/function:Function", "verdicts-function-dev").outputs["invokeArn"]
    )
    stage = compute.one("apigateway/stage:Stage", "api-stage-dev")
    url = f"{stage.outputs['invokeUrl']}/transactions/{{transaction_id}}/verdict"
    assert compute.outputs["verdicts_url"] == url


def test_the_method_hands_the_request_to_ingest() -> None:
    compute = _compute()
    integration = compute.one("apigateway/integration:Integration", "post-transactions-integration-dev")
    ingest = compute.one("lambda/function:Function", "ingest-function-dev")

    assert integration.inputs["type"] == "AWS_PROXY"
    assert integration.inputs["integrationHttpMethod"] == "POST"
    assert integration.inputs["uri"] == ingest.outputs["invokeArn"]
    assert integration.inputs["timeoutMilliseconds"] == 10_000


@pytest.mark.parametrize(
    ("stem", "status"),
    [("invalid-body-response", "400"), ("throttled-response", "429"), ("request-too-large-response", "413")],
)
def test_refusals_of_the_gateway_are_json_that_names_the_error(stem: str, status: str) -> None:
    response = _compute().one("apigateway/response:Response", f"{stem}-dev")
    body = json.loads(response.inputs["responseTemplates"]["application/json"])

    assert response.inputs["statusCode"] == status
    assert {"error", "message", "request_id"} <= body.keys()


def test_an_invalid_body_is_told_what_is_wrong_without_being_echoed() -> None:
    response = _compute().one("apigateway/response:Response", "invalid-body-response-dev")
    template = response.inputs["responseTemplates"]["application/json"]

    assert "$context.error.validationErrorString" in template
    assert "$input" not in template


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_stage_is_traced_and_throttled_at_1000(environment: str) -> None:
    compute = _compute(environment)
    stage = compute.one("apigateway/stage:Stage", f"api-stage-{environment}")
    settings = compute.one("apigateway/methodSettings:MethodSettings", f"api-method-settings-{environment}")

    assert stage.inputs["deployment"] == compute.one(DEPLOYMENT, f"api-deployment-{environment}").id
    assert stage.inputs["xrayTracingEnabled"] is True
    assert settings.inputs["methodPath"] == "*/*"
    assert settings.inputs["stageName"] == f"stage-{environment}"
    assert settings.inputs["settings"] == {
        "throttlingRateLimit": 1000,
        "throttlingBurstLimit": 1000,
        "metricsEnabled": False,
        "loggingLevel": "OFF",
        "dataTraceEnabled": False,
    }
    assert compute.outputs["transactions_url"] == f"{stage.outputs['invokeUrl']}/transactions"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_verdicts_have_a_limit_of_their_own_that_is_set_after_the_stages(environment: str) -> None:
    compute = _compute(environment)
    whole = compute.one("apigateway/methodSettings:MethodSettings", f"api-method-settings-{environment}")
    own = compute.one(
        "apigateway/methodSettings:MethodSettings", f"put-verdict-method-settings-{environment}"
    )

    assert own.inputs["methodPath"] == "~1transactions~1{transaction_id}~1verdict/PUT"
    assert own.inputs["settings"]["throttlingRateLimit"] == 10
    assert own.inputs["settings"]["throttlingBurstLimit"] == 20
    assert whole.urn in own.dependencies


def test_the_deployment_waits_for_all_that_it_deploys() -> None:
    compute = _compute()
    deployed = {
        resource.urn
        for kind in ("method:Method", "integration:Integration", "response:Response")
        for resource in compute.of_type(f"apigateway/{kind}")
    }

    assert len(deployed) > 2
    assert deployed <= set(compute.one(DEPLOYMENT, "api-deployment-dev").dependencies)


def test_the_same_definition_is_deployed_once() -> None:
    assert _triggers(_run_again()) == _triggers(_compute())
    assert _triggers(_run_again(log_level="DEBUG", api_burst_limit="2000")) == _triggers(_compute())


def test_a_changed_model_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = transactions_schema()
    schema["properties"]["note"] = {"type": "string"}
    monkeypatch.setattr(program, "POST_TRANSACTION", replace(api.POST_TRANSACTION, schema=lambda: schema))

    run = _run_again()

    model = run.one("apigateway/model:Model", "transaction-model-dev")
    assert "note" in json.loads(model.inputs["schema"])["properties"]
    assert _triggers(run) != _triggers(_compute())


def test_a_changed_answer_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = [{**each, "message": "Something else."} for each in api_errors.ERROR_RESPONSES]
    monkeypatch.setattr(api, "ERROR_RESPONSES", changed)

    assert _triggers(_run_again()) != _triggers(_compute())


def test_access_logs_are_off_unless_asked_for() -> None:
    assert "accessLogSettings" not in _compute().one("apigateway/stage:Stage", "api-stage-dev").inputs


def test_access_logs_say_who_called_and_never_what() -> None:
    compute = _run_again(api_access_logs="true")
    group = compute.one("cloudwatch/logGroup:LogGroup", "api-access-log-group-dev")
    settings = compute.one("apigateway/stage:Stage", "api-stage-dev").inputs["accessLogSettings"]
    key = deploy_all("dev").one("kms/key:Key", "kms-key")
    encrypted = rights(key)["CloudWatchLogs"]["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]

    assert settings["destinationArn"] == group.arn
    assert "body" not in settings["format"].lower()
    assert group.inputs["retentionInDays"] == 7
    assert group.arn in encrypted, "CloudWatch Logs could not encrypt the group"
    assert not compute.of_type("apigateway/account:Account"), "the account's role belongs to no stack of ours"


def test_each_function_may_be_invoked_by_one_method_and_path_or_one_rule() -> None:
    compute = _compute()
    stage = compute.one("apigateway/stage:Stage", "api-stage-dev")
    rule = compute.one("cloudwatch/eventRule:EventRule", "transaction-stored-rule-dev")
    permissions = {
        each.inputs["function"]: (each.inputs["principal"], each.inputs["sourceArn"])
        for each in compute.of_type("lambda/permission:Permission")
    }

    assert permissions == {
        "ingest-function-dev": (
            "apigateway.amazonaws.com",
            f"{stage.outputs['executionArn']}/POST/transactions",
        ),
        # API Gateway names a method to Lambda with * in place of a variable of its path.
        "verdicts-function-dev": (
            "apigateway.amazonaws.com",
            f"{stage.outputs['executionArn']}/PUT/transactions/*/verdict",
        ),
        "detector-function-dev": ("events.amazonaws.com", rule.arn),
    }
