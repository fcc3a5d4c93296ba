"""What DynamoDB answers the profiles table: keys left over, throttling, a writer that was faster."""

from collections.abc import Callable

import pytest
from botocore.stub import Stubber

from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.adapters import ProfilesTable
from stacks.compute.functions.detector.ports import DetectorError
from stacks.compute.functions.detector.scoring import AccountProfile
from tests.support.botocore_clients import create_client
from tests.unit.functions.conftest import NoControls

Respond = Callable[[Stubber], None]


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> tuple[ProfilesTable, Stubber]:
    monkeypatch.setattr("stacks.compute.functions.profiles.reading.pause", lambda _: None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = create_client("dynamodb")
    client.meta.events.unregister("needs-retry.dynamodb")
    return ProfilesTable(client, "profiles-test", NoControls()), Stubber(client)


def test_keys_that_were_not_processed_are_asked_for_again(stubbed: tuple[ProfilesTable, Stubber]) -> None:
    table, stubber = stubbed
    rest = {"profiles-test": {"Keys": [{"profile_id": {"S": "account#a"}}], "ConsistentRead": True}}
    profile = AccountProfile()
    profile.count = 3
    item = to_item({"profile_id": "account#a", "revision": 7, "state": profile.to_state()})
    stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": rest})
    stubber.add_response("batch_get_item", {"Responses": {"profiles-test": [item]}}, {"RequestItems": rest})
    with stubber:
        profiles = table.read("a", "m")
    assert (profiles.revision, profiles.account.to_state()) == (7, profile.to_state())


def test_keys_that_are_never_processed_are_an_error(stubbed: tuple[ProfilesTable, Stubber]) -> None:
    table, stubber = stubbed
    rest = {"profiles-test": {"Keys": [{"profile_id": {"S": "account#a"}}]}}
    for _ in range(4):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": rest})
    with stubber, pytest.raises(DetectorError, match="unprocessed"):
        table.read("a", "m")


@pytest.mark.parametrize("call", ["batch_get_item", "put_item"])
def test_throttling_is_left_to_the_next_delivery(stubbed: tuple[ProfilesTable, Stubber], call: str) -> None:
    table, stubber = stubbed
    stubber.add_client_error(call, "ThrottlingException", "the value account-1 is secret")

    def read_or_write() -> None:
        if call == "put_item":
            table.write("a", AccountProfile(), revision=0, expires_at=None)
        else:
            table.read("a", "m")

    with stubber, pytest.raises(DetectorError, match="ThrottlingException") as refused:
        read_or_write()
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "TransactionConflictException"])
def test_a_verdict_that_is_being_written_is_somebody_faster(
    stubbed: tuple[ProfilesTable, Stubber], code: str
) -> None:
    table, stubber = stubbed
    stubber.add_client_error("put_item", code)
    with stubber:
        assert table.write("a", AccountProfile(), revision=3, expires_at=None) is False
