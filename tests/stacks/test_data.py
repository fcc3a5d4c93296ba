"""The data layer: tables, queues, topics and the pseudonym secret."""

import json
import warnings
from typing import Any

import pytest

from shared.runtime import alerts, changes
from tests.support.harness import Exports, deploy_all, run_layer, stack_name
from tests.support.policies import rights
from tests.support.recorded import LayerRun
from tests.support.resource_outputs import ACCOUNT_ID

TABLE = "dynamodb/table:Table"
QUEUE = "sqs/queue:Queue"
QUEUE_POLICY = "sqs/queuePolicy:QueuePolicy"


def _data(environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs["data"]


def _key_arn(environment: str = "dev") -> str:
    return str(deploy_all(environment).runs["network"].outputs["key_arn"])


def _with_settings(**settings: str) -> LayerRun:
    network = deploy_all("dev").runs["network"]
    return run_layer("data", "dev", {stack_name("network", "dev"): Exports(network.outputs)}, settings)


@pytest.mark.parametrize(("environment", "restorable"), [("dev", False), ("prod", True), ("local", False)])
def test_transactions_are_kept_by_id_and_time_and_streamed(environment: str, restorable: bool) -> None:
    table = _data(environment).one(TABLE, f"transactions-{environment}")

    assert table.inputs == {
        "name": f"transactions-{environment}",
        "hashKey": "transaction_id",
        "rangeKey": "timestamp",
        "attributes": [{"name": "transaction_id", "type": "S"}, {"name": "timestamp", "type": "N"}],
        "billingMode": "PAY_PER_REQUEST",
        "tableClass": "STANDARD",
        "streamEnabled": True,
        "streamViewType": "NEW_IMAGE",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": _key_arn(environment)},
        "pointInTimeRecovery": {"enabled": restorable},
        "ttl": {"attributeName": "expires_at", "enabled": True},
        "deletionProtectionEnabled": False,
    }


def test_transactions_are_kept_in_the_class_of_the_setting() -> None:
    data = _with_settings(transactions_table_class="STANDARD_INFREQUENT_ACCESS")
    classes = {each.name: each.inputs["tableClass"] for each in data.of_type(TABLE)}
    assert classes == {
        "transactions-dev": "STANDARD_INFREQUENT_ACCESS",
        "profiles-table-dev": "STANDARD",
        "alerts-table-dev": "STANDARD",
    }


@pytest.mark.parametrize(
    ("stem", "key", "index", "keys", "holds"),
    [
        ("profiles-table", "profile_id", "changes-index-dev", changes.INDEX_KEYS, changes.INDEXED),
        ("alerts-table", "alert_id", "alerts-by-status-index-dev", alerts.INDEX_KEYS, alerts.INDEXED),
    ],
)
def test_profiles_and_alerts_are_kept_by_one_key_and_listed_by_an_index(
    stem: str, key: str, index: str, keys: tuple[str, str], holds: tuple[str, ...]
) -> None:
    table = _data().one(TABLE, f"{stem}-dev")

    assert table.inputs["hashKey"] == key
    assert table.inputs["attributes"] == [
        {"name": key, "type": "S"},
        {"name": keys[0], "type": "S"},
        {"name": keys[1], "type": "N"},
    ]
    assert table.inputs["globalSecondaryIndexes"] == [
        {
            "name": index,
            "hashKey": keys[0],
            "rangeKey": keys[1],
            "projectionType": "INCLUDE",
            "nonKeyAttributes": sorted(holds),
        }
    ]
    assert _data().outputs[f"{stem.removesuffix('-table')}_index_name"] == index
    assert table.inputs["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": _key_arn()}
    assert not {"rangeKey", "streamEnabled", "streamViewType"} & table.inputs.keys()


@pytest.mark.parametrize(
    ("environment", "days"),
    [
        ("dev", {"transactions": "30", "profiles": "180", "alerts": "365"}),
        ("prod", {"transactions": "75", "profiles": "400", "alerts": "2555"}),
        ("local", {"transactions": "30", "profiles": "180", "alerts": "365"}),
    ],
)
def test_times_to_live_are_published_for_those_who_write(environment: str, days: dict[str, str]) -> None:
    outputs = _data(environment).outputs

    assert {stem: outputs[f"{stem}_time_to_live_days"] for stem in days} == days


@pytest.mark.parametrize("stem", ["transactions", "profiles-table", "alerts-table"])
def test_zero_days_keep_items_for_ever(stem: str) -> None:
    setting = f"{stem.removesuffix('-table')}_time_to_live_days"
    data = _with_settings(**{setting: "0"})

    assert data.one(TABLE, f"{stem}-dev").inputs["ttl"] == {"attributeName": "expires_at", "enabled": False}
    assert data.outputs[setting] == "0"
    others = {"transactions", "profiles-table", "alerts-table"} - {stem}
    assert all(data.one(TABLE, f"{other}-dev").inputs["ttl"]["enabled"] for other in others)


def test_a_suspicious_transaction_is_tried_five_times_then_put_aside() -> None:
    data = _data()
    queue = data.one(QUEUE, "suspicious-queue-dev")
    dead = data.one(QUEUE, "suspicious-dlq-dev")

    assert queue.inputs["visibilityTimeoutSeconds"] == 360
    assert json.loads(queue.inputs["redrivePolicy"]) == {
        "deadLetterTargetArn": dead.arn,
        "maxReceiveCount": 5,
    }
    assert "redrivePolicy" not in dead.inputs
    for each in (queue, dead):
        assert each.inputs["messageRetentionSeconds"] == 1_209_600
        assert each.inputs["kmsMasterKeyId"] == _key_arn()
        assert "fifoQueue" not in each.inputs


def _tls_only(actions: list[str], resource: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": [resource],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize("stem", ["suspicious-queue", "suspicious-dlq"])
def test_queues_refuse_plain_http_and_grant_nothing(stem: str) -> None:
    data = _data()
    queue = data.one(QUEUE, f"{stem}-dev")
    policy = data.one(QUEUE_POLICY, f"{stem}-policy-dev")

    assert policy.inputs["queueUrl"] == queue.outputs["url"]
    (statement,) = rights(policy).values()
    assert statement == _tls_only(statement["Action"], queue.arn)
    assert {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"} <= set(statement["Action"])


def test_cloudwatch_alone_publishes_alarms_and_only_those_of_this_environment() -> None:
    data = _data()
    topic = data.one("sns/topic:Topic", "operations-alarms-topic-dev")
    policy = rights(data.one("sns/topicPolicy:TopicPolicy", "operations-alarms-topic-policy-dev"))

    assert policy.pop("AlarmsPublish") == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["sns:Publish"],
        "Resource": [topic.arn],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT_ID}:alarm:*-dev"},
        },
    }
    (statement,) = policy.values()
    assert statement == _tls_only(statement["Action"], topic.arn)


@pytest.mark.parametrize("stem", ["fraud-alerts-topic", "operations-alarms-topic"])
def test_topics_are_under_the_key_and_traced(stem: str) -> None:
    topic = _data().one("sns/topic:Topic", f"{stem}-dev")

    assert topic.inputs["kmsMasterKeyId"] == _key_arn()
    assert topic.inputs["tracingConfig"] == "Active"
    assert "fifoTopic" not in topic.inputs, "mail cannot subscribe to a FIFO topic"


def test_the_pseudonym_secret_is_long_and_stays_secret() -> None:
    data = _data()
    password = data.one("random:index/randomPassword:RandomPassword", "pseudonym-secret-dev")

    assert password.inputs["length"] >= 32
    assert data.outputs["pseudonym_secret"] == password.outputs["result"]
    assert data.secret_outputs == {"pseudonym_secret"}
    assert "result" in password.options["additional_secret_outputs"]


def test_its_program_warns_of_nothing() -> None:
    assert _data().resources  # what the provider's package warns of when it is imported is its own affair
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        assert _with_settings(transactions_time_to_live_days="30").resources
