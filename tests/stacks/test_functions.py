"""The functions as AWS gets them: configuration, environment, rights, code."""

from pathlib import Path
from typing import Any

import pytest

from shared.infra.stems import FUNCTIONS
from tests.support.harness import ENVIRONMENTS, ROOT, deploy_all, exports_of, project_of, run_layer
from tests.support.policies import allow, items, rights, through
from tests.support.recorded import Deployment, Resource, archive_files
from tests.support.resource_outputs import ACCOUNT_ID

FUNCTION = "lambda/function:Function"
ROLE_POLICY = "iam/rolePolicy:RolePolicy"
TIMEOUTS = {"ingest": 5, "detector": 15, "verdicts": 8, "notifier": 30}
PACKAGES = {
    "ingest": "stacks.compute.functions.ingest",
    "detector": "stacks.compute.functions.detector",
    "verdicts": "stacks.compute.functions.verdicts",
    "notifier": "stacks.alerting.functions.notifier",
}
CARRIED = {
    "detector": ("stacks.compute.functions.profiles",),
    "ingest": ("shared.requests",),
    "verdicts": (
        "shared.requests",
        "stacks.compute.functions.profiles",
        "stacks.compute.functions.detector.scoring",
    ),
}
"""What a function's code has besides its own package and what all share."""
INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]


def test_every_function_is_stated_here() -> None:
    assert (
        {stem for of_layer in FUNCTIONS.values() for stem in of_layer} == TIMEOUTS.keys() == PACKAGES.keys()
    )


def _function(stem: str, environment: str = "dev") -> Resource:
    return deploy_all(environment).one(FUNCTION, f"{stem}-function")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_every_function_is_configured_alike(stem: str, environment: str) -> None:
    deployment = deploy_all(environment)
    network = deployment.runs["network"].outputs
    inputs = dict(_function(stem, environment).inputs)
    del inputs["code"], inputs["environment"], inputs["reservedConcurrentExecutions"], inputs["memorySize"]

    assert inputs == {
        "name": f"{stem}-function-{environment}",
        "runtime": "python3.11",
        "architectures": ["arm64"],
        "handler": f"{PACKAGES[stem]}.handler.handle",
        "role": f"arn:aws:iam::{ACCOUNT_ID}:role/{stem}-role-{environment}",
        "timeout": TIMEOUTS[stem],
        "kmsKeyArn": network["key_arn"],
        "tracingConfig": {"mode": "Active"},
        "vpcConfig": {
            "subnetIds": network["private_subnet_ids"],
            "securityGroupIds": [network["function_security_group_id"]],
        },
        "loggingConfig": {
            "logFormat": "JSON",
            "logGroup": f"/aws/lambda/{stem}-function-{environment}",
            "applicationLogLevel": "INFO",
            "systemLogLevel": "WARN" if environment == "prod" else "INFO",
        },
    }


@pytest.mark.parametrize(
    ("environment", "reserved"),
    [
        ("dev", {"ingest": 100, "detector": 100, "verdicts": 100, "notifier": 100}),
        ("prod", {"ingest": 200, "detector": 150, "verdicts": 100, "notifier": 100}),
        ("local", {"ingest": 100, "detector": 100, "verdicts": 100, "notifier": 100}),
    ],
)
def test_concurrency_is_reserved_by_setting(environment: str, reserved: dict[str, int]) -> None:
    found = {stem: _function(stem, environment).inputs["reservedConcurrentExecutions"] for stem in TIMEOUTS}

    assert found == reserved


@pytest.mark.parametrize(
    ("log_level", "let_through"),
    [("DEBUG", "DEBUG"), ("INFO", "INFO"), ("NOTICE", "INFO"), ("WARNING", "INFO"), ("ERROR", "INFO")],
)
def test_lambda_drops_no_line_that_the_setting_asks_for(log_level: str, let_through: str) -> None:
    run = run_layer("compute", "dev", exports_of(deploy_all("dev").runs), {"log_level": log_level})

    for stem in ("ingest", "detector", "verdicts"):
        inputs = run.one("lambda/function:Function", f"{stem}-function-dev").inputs
        assert inputs["environment"]["variables"]["LOG_LEVEL"] == log_level
        assert inputs["loggingConfig"]["applicationLogLevel"] == let_through


def _environment(stem: str, deployment: Deployment) -> dict[str, Any]:
    data = deployment.runs["data"].outputs
    layer = "alerting" if stem == "notifier" else "compute"
    config = project_of(layer, deployment.environment).config
    common = {
        "ENVIRONMENT_SUFFIX": deployment.suffix,
        "LOG_LEVEL": config[f"fraud-{layer}:log_level"],
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "PSEUDONYM_SECRET": data["pseudonym_secret"],
    }
    own = {
        "ingest": {
            "TRANSACTIONS_TABLE": data["transactions_table_name"],
            "TRANSACTIONS_TIME_TO_LIVE_DAYS": data["transactions_time_to_live_days"],
            "ACCEPTED_AGE_HOURS": config.get("fraud-compute:accepted_age_hours"),
            "ACCEPTED_FUTURE_SECONDS": config.get("fraud-compute:accepted_future_seconds"),
        },
        "detector": {
            "TRANSACTIONS_TABLE": data["transactions_table_name"],
            "PROFILES_TABLE": data["profiles_table_name"],
            "PROFILES_INDEX": data["profiles_index_name"],
            "PROFILES_TIME_TO_LIVE_DAYS": data["profiles_time_to_live_days"],
            "SUSPICIOUS_QUEUE_URL": data["suspicious_queue_url"],
        },
        "notifier": {
            "ALERTS_TABLE": data["alerts_table_name"],
            "ALERTS_TIME_TO_LIVE_DAYS": data["alerts_time_to_live_days"],
            "FRAUD_ALERTS_TOPIC_ARN": data["fraud_alerts_topic_arn"],
            "TRANSACTIONS_TABLE": data["transactions_table_name"],
            "SUSPICIOUS_QUEUE_URL": data["suspicious_queue_url"],
            "MOST_MAILS_PER_MINUTE": str(config.get("fraud-alerting:most_mails_per_minute")),
            "ALERT_GROUPING_SECONDS": str(config.get("fraud-alerting:alert_grouping_seconds")),
            "VERDICTS_URL": deployment.runs["compute"].outputs["verdicts_url"],
        },
        "verdicts": {
            "TRANSACTIONS_TABLE": data["transactions_table_name"],
            "ALERTS_TABLE": data["alerts_table_name"],
            "ALERTS_TIME_TO_LIVE_DAYS": data["alerts_time_to_live_days"],
            "PROFILES_TABLE": data["profiles_table_name"],
            "PROFILES_TIME_TO_LIVE_DAYS": data["profiles_time_to_live_days"],
            "ALLOW_ALONE_DAYS": str(config.get("fraud-compute:allow_alone_days")),
            "ALLOW_ALONE_DOLLARS": str(config.get("fraud-compute:allow_alone_dollars")),
            "RULES_PUBLISHED_BY": config.get("fraud-compute:rules_published_by"),
        },
    }
    return common | own[stem]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_the_environment_comes_from_upstream_and_settings_unchanged(stem: str, environment: str) -> None:
    deployment = deploy_all(environment)
    function = _function(stem, environment)

    assert function.inputs["environment"] == {"variables": _environment(stem, deployment)}
    assert "environment" in function.secret_inputs


def _everybodys_rights(stem: str) -> dict[str, Any]:
    """What every function's role says: writing its own log, and no network interfaces for its code."""
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


def test_ingest_may_put_transactions() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]

    assert rights(deployment.one(ROLE_POLICY, "ingest-policy")) == {
        **_everybodys_rights("ingest"),
        "IngestUsesTransactions": allow("dynamodb:PutItem", on=data["transactions_table_arn"]),
        "KeyThroughDynamodb": through(key, "dynamodb", "kms:Decrypt"),
    }


def test_detector_may_keep_profiles_and_pass_on_what_is_suspicious_or_failed() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]
    failures = deployment.one("sqs/queue:Queue", "detector-dlq").arn

    assert rights(deployment.one(ROLE_POLICY, "detector-policy")) == {
        **_everybodys_rights("detector"),
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


def test_verdicts_may_look_transactions_up_and_write_alerts_and_profiles() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]
    taught, changed = ("account#*", "merchant#*", "population#risk#*"), ("controls#*", "rules#*")

    assert rights(deployment.one(ROLE_POLICY, "verdicts-policy")) == {
        **_everybodys_rights("verdicts"),
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


def test_notifier_may_poll_record_and_publish() -> None:
    deployment = deploy_all("dev")
    data, key = deployment.runs["data"].outputs, deployment.runs["network"].outputs["key_arn"]

    assert rights(deployment.one(ROLE_POLICY, "notifier-policy")) == {
        **_everybodys_rights("notifier"),
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


@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_the_code_is_the_package_what_functions_share_and_nothing_of_the_stacks(stem: str) -> None:
    files = archive_files(_function(stem).inputs["code"])
    package = PACKAGES[stem].replace(".", "/")

    assert f"{package}/handler.py" in files
    assert "shared/runtime/events.py" in files
    assert all(Path(path).is_file() for path in files.values())
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in files)
    for parent in Path(package).parents:
        assert parent == Path() or f"{parent}/__init__.py" in files
    declared = tuple(f"{each.replace('.', '/')}/" for each in CARRIED.get(stem, ()))
    outside = {
        name
        for name in files
        if not name.startswith((f"{package}/", "shared/runtime/", "fastjsonschema/", *declared))
    }
    assert {Path(name).name for name in outside} == {"__init__.py"}
    assert any(name.startswith("fastjsonschema/") for name in files) == (stem in {"ingest", "verdicts"})


@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_the_code_is_taken_from_the_repository_as_it_is(stem: str) -> None:
    own = {
        name: path
        for name, path in archive_files(_function(stem).inputs["code"]).items()
        if (ROOT / name).exists()
    }

    assert own
    assert all(Path(path).resolve() == ROOT / name for name, path in own.items())
