"""The list of what people decided: all once, later what changed, and never a wrong answer for an old one."""

from typing import Any
from unittest.mock import patch

import pytest

from shared.runtime.clients import AwsError
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector import controls_table
from stacks.compute.functions.detector.controls_table import ALL_AGAIN_SECONDS, ControlsTable
from stacks.compute.functions.detector.scoring import Controls, Standing
from tests.unit.functions.builders import NOW
from tests.unit.functions.conftest import INDEX, Cloud, control

MERCHANT, ACCOUNT = "merchant#m-1", "account#a-1"


class World:
    """A list, its clock, and the queries that it made."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = 0.0
        self.asked: list[int] = []
        self.list = ControlsTable(self, "profiles-test", INDEX, clock=lambda: self.now)  # type: ignore[arg-type]

    def query(self, **request: Any) -> Any:
        self.asked.append(int(request["ExpressionAttributeValues"][":at"]["N"]))
        return self.cloud.dynamodb.query(**request)

    def put(self, profile_id: str, **values: Any) -> None:
        self.cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(control(profile_id, **values)))


@pytest.fixture
def world(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(controls_table, "REMEMBERED_SECONDS", 2.0)
    return World(cloud)


def test_all_are_read_once_and_then_what_changed(world: World) -> None:
    world.put(MERCHANT, standing="deny", at=NOW - 10_000_000)
    world.put(ACCOUNT, snoozed_until=NOW, at=NOW)
    denied, snoozed = Controls(Standing.DENY), Controls(snoozed_until=NOW)
    for _ in range(3):
        assert (world.list.of(MERCHANT), world.list.of(ACCOUNT)) == (denied, snoozed)
    assert world.list.of("account#other") == Controls()
    assert world.asked == [0]
    world.put(MERCHANT, standing=None, at=NOW + 1)
    world.now += 2.0
    assert (world.list.of(MERCHANT), world.list.of(ACCOUNT)) == (Controls(), snoozed)
    assert world.asked == [0, NOW - 60_000]


def test_a_change_that_comes_late_is_seen(world: World) -> None:
    world.put(MERCHANT, standing="deny", at=NOW)
    world.list.of(MERCHANT)
    world.put(ACCOUNT, standing="watch", at=NOW - 59_000)
    world.now += 2.0
    assert world.list.of(ACCOUNT) == Controls(Standing.WATCH)


def test_what_is_deleted_is_forgotten_within_an_hour(world: World) -> None:
    world.put(ACCOUNT, standing="deny")
    assert world.list.of(ACCOUNT) == Controls(Standing.DENY)
    key = to_item({"profile_id": control(ACCOUNT)["profile_id"]})
    world.cloud.dynamodb.delete_item(TableName="profiles-test", Key=key)
    world.now += ALL_AGAIN_SECONDS
    assert world.list.of(ACCOUNT) == Controls()


def test_a_list_of_several_pages_is_read_to_its_end(world: World) -> None:
    for number in range(5):
        world.put(f"account#{number}", standing="deny", at=NOW + number)
    whole = world.query
    with patch.object(world, "query", lambda **request: whole(**request, Limit=2)):
        assert all(world.list.of(f"account#{number}") == Controls(Standing.DENY) for number in range(5))
    assert len(world.asked) == 3


def test_what_is_not_readable_is_told_and_harms_no_other(world: World) -> None:
    world.put(ACCOUNT, standing="blocked")
    world.put(MERCHANT, standing="deny")
    assert (world.list.of(ACCOUNT), world.list.of(MERCHANT)) == (None, Controls(Standing.DENY))


def test_where_dynamodb_does_not_answer_what_was_read_last_holds(world: World) -> None:
    def refused(**_: Any) -> Any:
        raise AwsError("ThrottlingException", 400)

    world.put(MERCHANT, standing="deny")
    with patch.object(world, "query", refused):
        assert world.list.of(MERCHANT) == Controls()
        assert world.list.fault == "the controls were not listed: ThrottlingException"
    world.now += 2.0
    assert world.list.of(MERCHANT) == Controls(Standing.DENY)
    assert world.list.fault is None
    world.now += 2.0
    with patch.object(world, "query", refused):
        assert world.list.of(MERCHANT) == Controls(Standing.DENY)
        assert world.list.fault is not None
