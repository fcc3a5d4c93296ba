"""One emulator for the tests of this folder, and the resources that authorization tests call."""

from collections.abc import Iterator

import pytest

from emulator.address import Emulator
from emulator.tests.process import running_emulator
from emulator.tests.roles import ACCOUNT, policy


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running_emulator(tmp_path_factory.mktemp("cloud")) as (address, _):
        yield address


@pytest.fixture(scope="session")
def resources(emulator: Emulator) -> dict[str, str]:
    """A queue, a topic and a table named plain, and the same named secret under a customer-managed key."""
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    emulator.client("kms").put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=policy(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": "*",
            }
        ),
    )
    for name, queue_attributes, topic_attributes, table in (
        ("plain", {}, {}, {}),
        (
            "secret",
            {"KmsMasterKeyId": key},
            {"KmsMasterKeyId": key},
            {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}},
        ),
    ):
        emulator.client("sqs").create_queue(QueueName=name, Attributes=queue_attributes)
        emulator.client("sns").create_topic(Name=name, Attributes=topic_attributes)
        emulator.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            **table,
        )
    emulator.client("events").create_event_bus(Name="plain")
    return {"key": key}
