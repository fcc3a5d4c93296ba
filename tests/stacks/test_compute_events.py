"""Layer compute from the table to the detector: pipe, bus, rule, retries and queues of failures."""

import json

import pytest

from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE
from tests.support.harness import deploy_all
from tests.support.policies import allow, rights, through
from tests.support.recorded import LayerRun
from tests.support.resource_outputs import ACCOUNT_ID

QUEUE = "sqs/queue:Queue"


def _compute(environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs["compute"]


def test_nothing_is_put_on_the_bus_before_it_has_somewhere_to_go() -> None:
    compute = _compute()
    pipe = compute.one("pipes/pipe:Pipe", "transactions-pipe-dev")
    target = compute.one("cloudwatch/eventTarget:EventTarget", "detector-target-dev")
    retries = compute.one(
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "detector-invoke-config-dev"
    )

    assert target.urn in pipe.dependencies, "a bus drops an event that no rule takes"
    assert retries.urn in target.dependencies, "a failed event would have no queue to go to"


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


def test_every_queue_that_must_stay_empty_is_published() -> None:
    compute = _compute()

    assert compute.outputs["dead_letter_queue_names"] == [
        "detector-dlq-dev",
        "pipe-dlq-dev",
        "rule-dlq-dev",
        "bus-dlq-dev",
    ]
    assert {queue.name for queue in compute.of_type(QUEUE)} == set(compute.outputs["dead_letter_queue_names"])
