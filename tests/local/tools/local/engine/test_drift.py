"""`pulumi refresh`: what somebody changed or deleted in AWS is found, and the next update puts it right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from emulator.provider.cloud import Cloud
from emulator.tests.provider.contract.documents import trust
from tests.local.tools.local.engine.plugin_client import PluginClient, Values, urn_of
from tools.local.engine.plugin_answers import plain
from tools.local.engine.serving import serving

TABLE = {
    "name": "drift",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
    "billingMode": "PAY_PER_REQUEST",
}
ALARM = {
    "name": "drift",
    "namespace": "AWS/SQS",
    "metricName": "NumberOfMessagesSent",
    "dimensions": {"QueueName": "q"},
    "statistic": "Sum",
    "comparisonOperator": "GreaterThanThreshold",
    "threshold": 1,
    "period": 60,
    "evaluationPeriods": 1,
}


@dataclass(frozen=True)
class Tampering:
    """What somebody does to a resource behind Pulumi's back, and which properties then differ."""

    what: str
    token: str
    inputs: Values
    act: Callable[[Cloud, str, Values], Any]
    differing: tuple[str, ...]

    def __str__(self) -> str:
        return self.what


def tag_table(cloud: Cloud, _: str, outputs: Values) -> None:
    tags = [{"Key": "Sneaky", "Value": "yes"}]
    cloud.client("dynamodb").tag_resource(ResourceArn=outputs["arn"], Tags=tags)


def add_dimension(cloud: Cloud, _: str, outputs: Values) -> None:
    dimensions = [{"Name": "QueueName", "Value": "q"}, {"Name": "More", "Value": "x"}]
    names = ("Namespace", "MetricName", "Statistic", "ComparisonOperator", "Threshold", "Period")
    fields = {name: outputs[f"{name[0].lower()}{name[1:]}"] for name in (*names, "EvaluationPeriods")}
    fields["TreatMissingData"] = "missing"
    cloud.client("cloudwatch").put_metric_alarm(AlarmName="drift", Dimensions=dimensions, **fields)


TAMPERINGS = (
    Tampering(
        "a value",
        "aws:sqs/queue:Queue",
        {"name": "drift", "visibilityTimeoutSeconds": 360},
        lambda cloud, url, _: cloud.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"VisibilityTimeout": "1"}
        ),
        ("visibilityTimeoutSeconds",),
    ),
    Tampering("a tag more", "aws:dynamodb/table:Table", TABLE, tag_table, ("tags",)),
    Tampering(
        "an entry of a map", "aws:cloudwatch/metricAlarm:MetricAlarm", ALARM, add_dimension, ("dimensions",)
    ),
    Tampering(
        "what the program does not mention",
        "aws:iam/role:Role",
        {"name": "drift", "assumeRolePolicy": trust("lambda.amazonaws.com")},
        lambda cloud, name, _: cloud.client("iam").update_role(RoleName=name, Description="Mine now"),
        ("description",),
    ),
)


@pytest.fixture(scope="module")
def engine(cloud: Cloud) -> Iterator[PluginClient]:
    with serving(cloud) as port:
        engine = PluginClient(port).configure(Project="drift-tests")
        yield engine
        engine.channel.close()


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_what_was_changed_is_found_and_put_right(
    tampering: Tampering, engine: PluginClient, cloud: Cloud
) -> None:
    urn = urn_of(tampering.token, "drift")
    wanted = engine.check(urn, tampering.inputs)
    resource_id, outputs = engine.create(urn, wanted)
    try:
        untouched = engine.read(urn, resource_id, wanted, outputs)
        assert list(engine.diff(urn, wanted, plain(untouched.inputs)).diffs) == []
        tampering.act(cloud, resource_id, outputs)
        found = engine.read(urn, resource_id, wanted, outputs)
        inputs, outputs = plain(found.inputs), plain(found.properties)
        assert tuple(engine.diff(urn, inputs, wanted).diffs) == tampering.differing
        outputs = engine.update(urn, resource_id, (inputs, outputs), wanted)
        mended = engine.read(urn, resource_id, wanted, outputs)
        assert list(engine.diff(urn, plain(mended.inputs), wanted).diffs) == []
    finally:
        engine.delete(urn, resource_id, wanted, outputs)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_what_was_deleted_is_found(tampering: Tampering, engine: PluginClient, cloud: Cloud) -> None:
    urn = urn_of(tampering.token, "deleted")
    inputs = engine.check(urn, tampering.inputs)
    resource_id, outputs = engine.create(urn, inputs)
    behind_our_back = {
        "aws:sqs/queue:Queue": lambda: cloud.client("sqs").delete_queue(QueueUrl=resource_id),
        "aws:dynamodb/table:Table": lambda: cloud.client("dynamodb").delete_table(TableName="drift"),
        "aws:cloudwatch/metricAlarm:MetricAlarm": lambda: cloud.client("cloudwatch").delete_alarms(
            AlarmNames=["drift"]
        ),
        "aws:iam/role:Role": lambda: cloud.client("iam").delete_role(RoleName="drift"),
    }
    behind_our_back[tampering.token]()
    assert engine.read(urn, resource_id, inputs, outputs).id == ""
