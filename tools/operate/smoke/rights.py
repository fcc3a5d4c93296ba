"""What the caller of the test must be allowed: exactly its calls, on exactly this environment."""

from typing import Any

from tools.deploy.target import Target


def policy(target: Target) -> dict[str, Any]:
    """Return an IAM policy document.

    Raises:
        OperatorError: The API's URL is not one of API Gateway.
    """
    tables = [target.transactions_table_arn, target.profiles_table_arn, target.alerts_table_arn]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("SendTransactions", ["execute-api:Invoke"], [target.invoke_arn]),
            _allow("FollowAndRemoveItems", ["dynamodb:GetItem", "dynamodb:DeleteItem"], tables),
            {
                **_allow("ReadEncryptedItems", ["kms:Decrypt"], [target.key_arn]),
                "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{target.region}.amazonaws.com"}},
            },
            _allow(
                "CountMessages",
                ["sqs:GetQueueAttributes"],
                [target.queue_arn(name) for name in target.queues],
            ),
            _allow("SeeWhetherThePipeRuns", ["pipes:DescribePipe"], [target.pipe_arn]),
            _allow("SeeWhetherTheRuleIsEnabled", ["events:DescribeRule"], [target.rule_arn]),
        ],
    }


def canary_policy(target: Target) -> dict[str, Any]:
    """Return the policy of the role that makes the test every night: it tells the operators, and counts.

    Raises:
        OperatorError: The API's URL is not one of API Gateway.
    """
    document = policy(target)
    document["Statement"] += [
        _allow("TellTheOperators", ["sns:Publish"], [target.operations_alarms_topic_arn]),
        {
            **_allow("SealTheMail", ["kms:Decrypt", "kms:GenerateDataKey"], [target.key_arn]),
            "Condition": {"StringEquals": {"kms:ViaService": f"sns.{target.region}.amazonaws.com"}},
        },
        _allow(
            "CountThatItPassed",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{target.canary_log_group_arn}:log-stream:*"],
        ),
    ]
    return document


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
