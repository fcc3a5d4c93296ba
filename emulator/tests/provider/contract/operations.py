"""Cases of alarms, dashboards, budgets, sampling rules and generated secrets."""

import json
from typing import Any

from emulator.tests.provider.contract.case import Case


def _mail_above(threshold: int) -> dict[str, Any]:
    return {
        "comparisonOperator": "GREATER_THAN",
        "notificationType": "ACTUAL",
        "threshold": threshold,
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": ["someone@example.com"],
    }


OPERATIONS = (
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda w: {
            "name": "contract",
            "alarmDescription": "One",
            "namespace": "AWS/SQS",
            "metricName": "ApproximateNumberOfMessagesVisible",
            "dimensions": {"QueueName": "q"},
            "statistic": "Maximum",
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 0,
            "period": 60,
            "evaluationPeriods": 1,
            "alarmActions": [w.arn("topic")],
            "treatMissingData": "notBreaching",
        },
        lambda w: {
            "alarmDescription": "Two",
            "threshold": 2.5,
            "dimensions": {"QueueName": "r"},
            "alarmActions": [w.arn("topic2")],
            "okActions": [w.arn("topic")],
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda _: {
            "name": "contract-expression",
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 1,
            "evaluationPeriods": 3,
            "metricQueries": [
                {"id": "rate", "expression": "errors / 2", "label": "Rate", "returnData": True},
                {
                    "id": "errors",
                    "metric": {
                        "namespace": "AWS/Lambda",
                        "metricName": "Errors",
                        "dimensions": {"FunctionName": "f"},
                        "period": 60,
                        "stat": "Sum",
                    },
                },
            ],
        },
        lambda _: {"evaluationPeriods": 5, "actionsEnabled": False},
        {"name": "other"},
        name="MetricAlarm on an expression",
    ),
    Case(
        "aws:cloudwatch/dashboard:Dashboard",
        lambda _: {"dashboardName": "contract", "dashboardBody": json.dumps({"widgets": []})},
        lambda _: {"dashboardBody": json.dumps({"widgets": [], "start": "-PT3H"})},
        {"dashboardName": "other"},
    ),
    Case(
        "aws:budgets/budget:Budget",
        lambda _: {
            "name": "contract",
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "100",
            "limitUnit": "USD",
            "notifications": [_mail_above(80), _mail_above(100)],
        },
        lambda _: {"limitAmount": "200", "notifications": [_mail_above(50), _mail_above(100)]},
        {"name": "other"},
    ),
    Case(
        "aws:xray/samplingRule:SamplingRule",
        lambda _: {
            "ruleName": "contract",
            "version": 1,
            "priority": 100,
            "reservoirSize": 1,
            "fixedRate": 0.05,
            "serviceName": "api/stage",
            "serviceType": "AWS::ApiGateway::Stage",
            "resourceArn": "arn:aws:apigateway:us-east-1::/restapis/a/stages/s",
            "host": "*",
            "httpMethod": "*",
            "urlPath": "*",
        },
        lambda _: {"fixedRate": 0.5, "priority": 200, "tags": {"More": "x"}},
        {"ruleName": "other"},
    ),
    Case(
        "random:index/randomPassword:RandomPassword",
        lambda _: {"length": 64, "special": False},
        replace={"length": 32, "special": True, "keepers": {"rotation": "2"}},
    ),
)
