"""A table of profiles in this process, and the outputs that lead the operators' commands to it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session, get_session
from moto import mock_aws

from shared.runtime.dynamodb import from_item, to_item

TABLE = "profiles-test"
_ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}"


@dataclass(frozen=True)
class Table:
    """The table, whose credentials reach it, and a file of outputs."""

    session: Session
    dynamodb: Any
    outputs: Path

    def items(self) -> list[dict[str, Any]]:
        """All items, as plain values."""
        return [from_item(item) for item in self.dynamodb.scan(TableName=TABLE)["Items"]]

    def put(self, item: Mapping[str, Any]) -> None:
        """Write an item by hand."""
        self.dynamodb.put_item(TableName=TABLE, Item=to_item(item))


@contextmanager
def table_in_memory(monkeypatch: pytest.MonkeyPatch, directory: Path) -> Iterator[Table]:
    """Keep a table as long as the block lasts."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    outputs = directory / "outputs.json"
    data = {"profiles_table_name": TABLE, "profiles_table_arn": _ARN}
    outputs.write_text(json.dumps({"network": {"key_arn": "arn:aws:kms:::key/1"}, "data": data}))
    with mock_aws():
        session = get_session()
        dynamodb: Any = session.create_client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "profile_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "profile_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Table(session, dynamodb, outputs)
