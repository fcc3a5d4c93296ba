"""The functions' execution roles: exactly the rights that each function needs."""

from typing import Any

from tests.support.harness import deploy_all
from tests.support.policies import allow, items, rights, through
from tests.support.resource_outputs import ACCOUNT_ID

ROLE_POLICY = "iam/rolePolicy:RolePolicy"
INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]


def _common_rights(stem: str) -> dict[str, Any]:
    """Return the statements that every role has: write its log, deny network interfaces to the code."""
    function_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT_ID}:function:{stem}-function-dev"
    log_group = f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:/aws/lambda/{stem}-function-dev"
    return {
        "WriteLog": allow("logs:CreateLogStream", "logs:PutLogEvents", on=f"{log_group}:log-stream:*"),
        "DenyNetworkInterfacesToCode": {
            **allow(*INTERFACES, on=f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:*/*"),
            "Effect": "Deny",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        },
    }


def test_rights_of_ingest() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]

    assert rights(deployment.one(ROLE_POLICY, "ingest-policy")) == {
        **_common_rights("ingest"),
        "IngestUsesTransactions": allow("dynamodb:PutItem", on=data["transactions_table_arn"]),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
    }


def test_rights_of_the_detector() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]
    failures = deployment.one("sqs/queue:Queue", "detector-dlq").arn

    assert rights(deployment.one(ROLE_POLICY, "detector-policy")) == {
        **_common_rights("detector"),
        "DetectorUsesTransactions": allow("dynamodb:UpdateItem", on=data["transactions_table_arn"]),
        "DetectorReadsProfilesTable": allow(
            "dynamodb:BatchGetItem",
            on=data["profiles_table_arn"],
            **items(
                "account#*",
                "merchant#*",
                "uses#*",
                "population#sample#*",
                "population#risk#*",
                "rules#*",
            ),
        ),
        "DetectorListsControlsOfProfilesTable": allow(
            "dynamodb:Query",
            on=f"{data['profiles_table_arn']}/index/{data['profiles_index_name']}",
            **{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["controls"]}},
        ),
        "DetectorWritesProfilesTable": allow(
            "dynamodb:PutItem",
            on=data["profiles_table_arn"],
            **items("account#*", "aside#*", "uses#*", "population#sample#*"),
        ),
        "DetectorUsesSuspiciousQueue": allow("sqs:SendMessage", on=data["suspicious_queue_arn"]),
        "DeliverFailures": allow("sqs:SendMessage", on=failures),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
        "KeyThroughSqs": through(key, "sqs", "kms:GenerateDataKey", "kms:Decrypt"),
    }


def test_rights_of_verdicts() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]
    taught, changed = ("account#*", "merchant#*", "population#risk#*"), ("controls#*", "rules#*")

    assert rights(deployment.one(ROLE_POLICY, "verdicts-policy")) == {
        **_common_rights("verdicts"),
        "VerdictsUsesTransactions": allow("dynamodb:Query", on=data["transactions_table_arn"]),
        "VerdictsUsesAlertsTable": allow(
            "dynamodb:BatchGetItem", "dynamodb:UpdateItem", on=data["alerts_table_arn"]
        ),
        "VerdictsReadsProfilesTable": allow(
            "dynamodb:BatchGetItem", on=data["profiles_table_arn"], **items(*taught, *changed, "waiting#*")
        ),
        "VerdictsWritesProfilesTable": allow(
            "dynamodb:PutItem",
            on=data["profiles_table_arn"],
            **items(*taught, *changed, "history#*", "waiting#*"),
        ),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
    }


def test_rights_of_the_notifier() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]

    assert rights(deployment.one(ROLE_POLICY, "notifier-policy")) == {
        **_common_rights("notifier"),
        "NotifierUsesAlertsTable": allow("dynamodb:UpdateItem", on=data["alerts_table_arn"]),
        "NotifierUsesFraudAlertsTopic": allow("sns:Publish", on=data["fraud_alerts_topic_arn"]),
        "NotifierUsesSuspiciousQueue": allow("sqs:SendMessage", on=data["suspicious_queue_arn"]),
        "PollSuspiciousQueue": allow(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            on=data["suspicious_queue_arn"],
        ),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
        "KeyThroughSns": through(key, "sns", "kms:GenerateDataKey", "kms:Decrypt"),
        "KeyThroughSqs": through(key, "sqs", "kms:GenerateDataKey", "kms:Decrypt"),
    }
