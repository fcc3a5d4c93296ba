"""The compute layer: the API, and the way of a stored transaction to the detector."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE
from shared.runtime.schema import transaction_schema, transactions_schema, verdict_schema
from stacks.compute import api, api_errors, program
from tests.support.harness import ENVIRONMENTS, deploy_all, exports_of, run_layer
from tests.support.policies import allow, rights, through
from tests.support.recorded import LayerRun
from tests.support.resource_outputs import ACCOUNT_ID

QUEUE = "sqs/queue:Queue"
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


def test_nothing_is_put_on_the_bus_before_it_has_somewhere_to_go() -> None:
    compute = _compute()
    pipe = compute.one("pipes/pipe:Pipe", "transactions-pipe-dev")
    target = compute.one("cloudwatch/eventTarget:EventTarget", "detector-target-dev")
    retries = compute.one(
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "detector-invoke-config-dev"
    )

    assert target.urn in pipe.dependencies, "a bus drops an event that no rule takes"
    assert retries.urn in target.dependencies, "a failed event would have no queue to go to"


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


def test_the_pipe_takes_new_transactions_from_the_stream_to_the_bus() -> None:
    deployment = deploy_all("dev")
    compute = deployment.runs["compute"]
    pipe = compute.one("pipes/pipe:Pipe", "transactions-pipe-dev")
    bus = compute.one("cloudwatch/eventBus:EventBus", "transactions-bus-dev")

    assert pipe.inputs["source"] == deployment.runs["data"].outputs["transactions_stream_arn"]
    assert pipe.inputs["target"] == bus.arn
    assert pipe.inputs["desiredState"] == "RUNNING"
    assert pipe.inputs["sourceParameters"] == {
        "filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT"]}'}]},
        "dynamodbStreamParameters": {
            "startingPosition": "TRIM_HORIZON",
            "batchSize": 10,
            "parallelizationFactor": 10,
            "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
            "maximumRetryAttempts": -1,
            "maximumRecordAgeInSeconds": 43_200,
            "deadLetterConfig": {"arn": compute.one(QUEUE, "pipe-dlq-dev").arn},
        },
    }
    assert pipe.inputs["targetParameters"] == {
        "eventbridgeEventBusParameters": {"source": EVENT_SOURCE, "detailType": DETAIL_TYPE}
    }
    assert "source" in pipe.options["replace_on_changes"], "a pipe stays bound to the stream it was made for"


def test_the_pipes_role_reads_the_stream_and_puts_such_events_alone() -> None:
    deployment = deploy_all("dev")
    compute = deployment.runs["compute"]
    key = deployment.runs["network"].outputs["key_arn"]
    bus = compute.one("cloudwatch/eventBus:EventBus", "transactions-bus-dev")
    pipe = compute.one("pipes/pipe:Pipe", "transactions-pipe-dev")
    role = compute.one("iam/role:Role", "pipe-role-dev")

    assert pipe.inputs["roleArn"] == role.arn
    assert rights(compute.one("iam/rolePolicy:RolePolicy", "pipe-policy-dev")) == {
        "ReadStream": allow(
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
            on=deployment.runs["data"].outputs["transactions_stream_arn"],
        ),
        "PutStoredTransactions": allow(
            "events:PutEvents",
            on=bus.arn,
            StringEquals={"events:source": EVENT_SOURCE, "events:detail-type": DETAIL_TYPE},
        ),
        "DeliverFailures": allow("sqs:SendMessage", on=compute.one(QUEUE, "pipe-dlq-dev").arn),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
        "KeyThroughSqs": through(key, "sqs", "kms:GenerateDataKey", "kms:Decrypt"),
    }
    assert rights(role, "assumeRolePolicy") == {
        "Assume": {
            "Effect": "Allow",
            "Principal": {"Service": "pipes.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
                "ArnEquals": {"aws:SourceArn": pipe.arn},
            },
        }
    }


def test_the_rule_routes_what_the_pipe_puts_to_the_detector() -> None:
    compute = _compute()
    rule = compute.one("cloudwatch/eventRule:EventRule", "transaction-stored-rule-dev")
    target = compute.one("cloudwatch/eventTarget:EventTarget", "detector-target-dev")

    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": [EVENT_SOURCE],
        "detail-type": [DETAIL_TYPE],
        "detail": {"eventName": ["INSERT"]},
    }
    assert rule.inputs["eventBusName"] == target.inputs["eventBusName"] == "transactions-bus-dev"
    assert "scheduleExpression" not in rule.inputs
    assert target.inputs["rule"] == rule.inputs["name"]
    assert target.inputs["arn"] == compute.one("lambda/function:Function", "detector-function-dev").arn
    assert target.inputs["retryPolicy"] == {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 86_400}
    assert target.inputs["deadLetterConfig"] == {"arn": compute.one(QUEUE, "rule-dlq-dev").arn}


def test_the_detectors_retries_end_in_its_queue_of_failures() -> None:
    compute = _compute()
    config = compute.one(
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "detector-invoke-config-dev"
    )

    assert config.inputs == {
        "functionName": "detector-function-dev",
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 21_600,
        "destinationConfig": {"onFailure": {"destination": compute.one(QUEUE, "detector-dlq-dev").arn}},
    }


@pytest.mark.parametrize(
    ("stem", "source_type"), [("rule-dlq", "eventRule:EventRule"), ("bus-dlq", "eventBus:EventBus")]
)
def test_eventbridge_puts_aside_for_one_source_alone(stem: str, source_type: str) -> None:
    compute = _compute()
    (source,) = compute.of_type(f"cloudwatch/{source_type}")
    policy = rights(compute.one("sqs/queuePolicy:QueuePolicy", f"{stem}-policy-dev"))

    assert policy["SendFromService"] == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [compute.one(QUEUE, f"{stem}-dev").arn],
        "Condition": {"ArnEquals": {"aws:SourceArn": source.arn}},
    }


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


def test_every_queue_that_must_stay_empty_is_published() -> None:
    compute = _compute()

    assert compute.outputs["dead_letter_queue_names"] == [
        "detector-dlq-dev",
        "pipe-dlq-dev",
        "rule-dlq-dev",
        "bus-dlq-dev",
    ]
    assert {queue.name for queue in compute.of_type(QUEUE)} == set(compute.outputs["dead_letter_queue_names"])
