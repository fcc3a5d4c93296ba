"""The IAM policies of who runs the smoke test: its own requests, on the items that it makes."""

from tools.deploy.metric_lines import CANARY_STREAM
from tools.deploy.statements import Document, Statement, allow, allow_key, document, of_items
from tools.deploy.target import Target


def policy(target: Target) -> Document:
    """Return the policy of a person who runs `make smoke`.

    Raises:
        OperatorError: The API's URL is not one of API Gateway.
    """
    return document(*statements(target))


def statements(target: Target) -> list[Statement]:
    """Return what the test asks for; see `policy`."""
    both = ["dynamodb:GetItem", "dynamodb:DeleteItem"]
    return [
        allow("SendTransactions", ["execute-api:Invoke"], [target.invoke_arn]),
        allow("FollowItsTransactions", both, [target.transactions_table_arn], of_items("smoke-*")),
        allow("FollowItsProfile", both, [target.profiles_table_arn], of_items("account#smoke-*")),
        # Counters and alerts have hashes for keys: only who knows the transaction finds its alert.
        allow(
            "RemoveItsCounter",
            ["dynamodb:DeleteItem"],
            [target.profiles_table_arn],
            of_items("uses#merchant#*"),
        ),
        allow("FollowItsAlerts", both, [target.alerts_table_arn]),
        allow_key("ReadEncryptedItems", ["kms:Decrypt"], target.key_arn, "dynamodb"),
        allow(
            "CountMessages",
            ["sqs:GetQueueAttributes"],
            [target.queue_arn(name) for name in target.queues],
        ),
        allow("SeeWhetherThePipeRuns", ["pipes:DescribePipe"], [target.pipe_arn]),
        allow("SeeWhetherTheRuleIsEnabled", ["events:DescribeRule"], [target.rule_arn]),
    ]


def canary_policy(target: Target) -> Document:
    """Return the policy of the role that makes the test every night: it tells the operators, and counts.

    Raises:
        OperatorError: The API's URL is not one of API Gateway.
    """
    return document(
        *statements(target),
        allow("TellTheOperators", ["sns:Publish"], [target.operations_alarms_topic_arn]),
        allow_key("EncryptTheMail", ["kms:Decrypt", "kms:GenerateDataKey"], target.key_arn, "sns"),
        allow(
            "CountThatItPassed",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{target.canary_log_group_arn}:log-stream:{CANARY_STREAM}*"],
        ),
    )
