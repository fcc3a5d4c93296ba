"""Cases of buses, rules, targets and pipes."""

import json

from emulator.tests.provider.contract.case import Case

EVENTS = (
    Case(
        "aws:cloudwatch/eventBus:EventBus",
        lambda w: {
            "name": "contract",
            "description": "One",
            "kmsKeyIdentifier": w.arn("key"),
            "deadLetterConfig": {"arn": w.arn("dead")},
        },
        lambda w: {
            "description": "Two",
            "kmsKeyIdentifier": w.arn("key2"),
            "deadLetterConfig": {"arn": w.arn("queue2")},
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/eventRule:EventRule",
        lambda w: {
            "name": "contract",
            "eventBusName": w.ids["bus"],
            "description": "One",
            "eventPattern": json.dumps({"source": ["a"], "detail": {"n": [{"numeric": [">", 1]}]}}),
            "state": "ENABLED",
        },
        lambda _: {
            "description": "Two",
            "eventPattern": json.dumps({"source": ["b"]}),
            "state": "DISABLED",
            "tags": {"More": "x"},
        },
        {"name": "other", "eventBusName": "other"},
    ),
    Case(
        "aws:cloudwatch/eventTarget:EventTarget",
        lambda w: {
            "rule": w.outputs["rule"]["name"],
            "eventBusName": w.ids["bus"],
            "targetId": "contract",
            "arn": w.arn("function"),
            "retryPolicy": {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 86400},
            "deadLetterConfig": {"arn": w.arn("dead")},
        },
        lambda w: {
            "arn": w.arn("function2"),
            "retryPolicy": {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 60},
            "deadLetterConfig": {"arn": w.arn("queue2")},
        },
        {"rule": "other", "eventBusName": "other", "targetId": "other"},
    ),
    Case(
        "aws:pipes/pipe:Pipe",
        lambda w: {
            "name": "contract",
            "roleArn": w.arn("role"),
            "source": w.outputs["table"]["streamArn"],
            "target": w.arn("bus"),
            "sourceParameters": {
                "dynamodbStreamParameters": {
                    "startingPosition": "TRIM_HORIZON",
                    "batchSize": 10,
                    "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
                    "maximumRetryAttempts": 10,
                    "deadLetterConfig": {"arn": w.arn("dead")},
                },
                "filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT"]}'}]},
            },
            "targetParameters": {"eventbridgeEventBusParameters": {"source": "a", "detailType": "b"}},
        },
        lambda _: {
            "description": "Two",
            "desiredState": "STOPPED",
            "sourceParameters": {
                "dynamodbStreamParameters": {"startingPosition": "TRIM_HORIZON", "batchSize": 5},
                "filterCriteria": {"filters": [{"pattern": '{"eventName": ["MODIFY"]}'}]},
            },
            "targetParameters": {"eventbridgeEventBusParameters": {"source": "c", "detailType": "d"}},
            "tags": {"More": "x"},
        },
        {"name": "other", "source": "arn:aws:dynamodb:us-east-1:123456789012:table/x/stream/y"},
    ),
)
