"""The functions as deployed: configuration, environment variables, code."""

from pathlib import Path
from typing import Any

import pytest

from shared.infra.stems import FUNCTIONS
from tests.support.harness import ENVIRONMENTS, ROOT, deploy_all, exports_of, project_of, run_layer
from tests.support.recorded import Deployment, Resource, archive_files
from tests.support.resource_outputs import ACCOUNT_ID

FUNCTION = "lambda/function:Function"
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
"""Packages in a function's code besides its own and those that all functions share."""


def test_every_function_is_listed() -> None:
    assert (
        {stem for of_layer in FUNCTIONS.values() for stem in of_layer} == TIMEOUTS.keys() == PACKAGES.keys()
    )


def _function(stem: str, environment: str = "dev") -> Resource:
    return deploy_all(environment).one(FUNCTION, f"{stem}-function")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_functions_are_configured(stem: str, environment: str) -> None:
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
def test_lambda_passes_on_the_configured_log_level(log_level: str, let_through: str) -> None:
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
def test_environment_variables_come_from_upstream_outputs_and_settings(stem: str, environment: str) -> None:
    deployment = deploy_all(environment)
    function = _function(stem, environment)

    assert function.inputs["environment"] == {"variables": _environment(stem, deployment)}
    assert "environment" in function.secret_inputs


@pytest.mark.parametrize("stem", sorted(TIMEOUTS))
def test_the_code_holds_only_the_packages_that_the_function_uses(stem: str) -> None:
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
def test_the_code_is_the_repositorys(stem: str) -> None:
    own = {
        name: path
        for name, path in archive_files(_function(stem).inputs["code"]).items()
        if (ROOT / name).exists()
    }

    assert own
    assert all(Path(path).resolve() == ROOT / name for name, path in own.items())
