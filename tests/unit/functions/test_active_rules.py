"""The rules in force: published ones take effect without a deployment, bad ones never do."""

import json
import time
from io import StringIO
from typing import Any

import pytest
from botocore.stub import Stubber

from shared.runtime.dynamodb import to_item
from shared.runtime.logs import Logger
from stacks.compute.functions.detector.active_rules import (
    AGAIN_SECONDS,
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    TOLD_AGAIN_SECONDS,
    ActiveRules,
)
from stacks.compute.functions.detector.adapters import PublishedRules
from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules, parse_rules
from stacks.compute.functions.profiles.rules_item import RULES_KEY, publication
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW
from tests.unit.functions.conftest import Cloud

TABLE = "profiles-test"
NAME = "detector-test"
PACKAGED = load_rules()
SHIPPED = RULES_PATH.read_text()


def text_of(version: str, **changes: Any) -> str:
    return json.dumps({**json.loads(SHIPPED), "version": version, **changes}, indent=2)


class World:
    """A table where rules are published, one execution environment's memory, and its clock."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = NOW / 1000
        self.out = StringIO()
        self.rules = self.environment()

    def environment(self) -> ActiveRules:
        store = PublishedRules(self.cloud.dynamodb, TABLE)
        return ActiveRules(store, PACKAGED, Logger("detector", stream=self.out), NAME, clock=lambda: self.now)

    def publish(self, text: str | None) -> None:
        self.put(publication(text, parse_rules(text.encode()).version if text else None))

    def put(self, item: dict[str, Any]) -> None:
        self.cloud.dynamodb.put_item(TableName=TABLE, Item=to_item({"profile_id": RULES_KEY, **item}))

    def version(self, *, after: float = 0) -> str:
        self.now += after
        return self.rules.scorer().rules.version

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def world(cloud: Cloud) -> World:
    return World(cloud)


def test_published_rules_are_in_force_within_the_time_and_not_read_more_often(world: World) -> None:
    assert world.version() == PACKAGED.version
    first = text_of("first", alert_threshold=0.4)
    world.publish(first)
    assert world.version(after=SHORTEST_SECONDS - 0.1) == PACKAGED.version, "still remembered"
    assert world.version(after=LONGEST_SECONDS) == parse_rules(first.encode()).version
    assert world.rules.scorer().rules.alert_threshold == 0.4
    assert [line["message"] for line in world.told()] == ["rules changed"]
    assert LONGEST_SECONDS <= 30


def test_a_new_environment_begins_with_what_is_published(world: World) -> None:
    world.publish(text_of("first"))
    assert world.environment().scorer().rules.version.startswith("first+")


def test_without_published_rules_or_after_a_reset_the_package_has_the_rules(world: World) -> None:
    world.publish(text_of("first"))
    assert world.version().startswith("first+")
    world.publish(None)
    assert world.version(after=LONGEST_SECONDS) == PACKAGED.version
    world.publish(text_of("second"))
    assert world.version(after=LONGEST_SECONDS).startswith("second+")
    world.cloud.dynamodb.delete_item(TableName=TABLE, Key=to_item({"profile_id": RULES_KEY}))
    assert world.version(after=LONGEST_SECONDS) == PACKAGED.version


def bad_text(text: str) -> dict[str, Any]:
    """A publication that is whole, of a text that the command would have refused."""
    return publication(text, "bad")


BAD_ITEMS: list[tuple[dict[str, Any], str]] = [
    (bad_text("{"), "not JSON: Expecting property name enclosed in double quotes: line 1"),
    (bad_text(text_of("bad", alert_threshold=7)), "line 4: alert_threshold is not a number"),
    (bad_text("[" * 30_000), "too many brackets"),
    ({"rules": SHIPPED}, "another SHA-256"),
    ({**bad_text(SHIPPED), "sha256": "0" * 64}, "another SHA-256"),
    ({**bad_text(SHIPPED), "rules": 7}, "no text of rules"),
    ({"sha256": "0" * 64}, "no text of rules"),
]


@pytest.mark.parametrize(("item", "fault"), BAD_ITEMS)
def test_a_bad_item_leaves_the_last_good_rules_in_force_and_is_told(
    world: World, item: dict[str, Any], fault: str
) -> None:
    world.publish(text_of("good"))
    good = world.version()
    world.put(item)
    assert world.version(after=LONGEST_SECONDS) == good
    assert world.environment().scorer().rules.version == PACKAGED.version, "at a cold start the package's"
    refused = [line for line in world.told() if line["level"] == "ERROR"]
    assert [line["rules_version"] for line in refused] == [good, PACKAGED.version]
    assert all(fault in line["reason"] for line in refused)
    for line in refused:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("FraudPipeline", [["FunctionName"]])
        assert [(line[each["Name"]], each["Unit"]) for each in directive["Metrics"]] == [(1, "Count")]
        assert line["FunctionName"] == NAME
        assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60


def test_a_fault_is_told_now_and_then_and_its_end_is_seen(world: World) -> None:
    world.put(bad_text("{"))
    for _ in range(int(TOLD_AGAIN_SECONDS // LONGEST_SECONDS)):
        world.version(after=LONGEST_SECONDS)
    assert len(world.told()) == 1
    world.version(after=LONGEST_SECONDS)
    assert len(world.told()) == 2
    world.put(bad_text(text_of("mended")))
    assert world.version(after=LONGEST_SECONDS).startswith("mended+")
    world.put(bad_text("{"))
    world.version(after=LONGEST_SECONDS)
    assert [line["level"] for line in world.told()] == ["ERROR", "ERROR", "NOTICE", "ERROR"]


def test_a_clock_that_is_put_back_does_not_stop_the_reading(world: World) -> None:
    world.version()
    world.publish(text_of("first"))
    assert world.version(after=-3600).startswith("first+")


def test_a_table_that_does_not_answer_is_asked_again_soon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    client = create_client("dynamodb")
    rules = ActiveRules(
        PublishedRules(client, TABLE), PACKAGED, Logger("detector", stream=world.out), NAME, lambda: world.now
    )
    text = text_of("first")
    item = to_item({"profile_id": RULES_KEY, **publication(text, "first")})
    with Stubber(client) as stubber:
        stubber.add_client_error("batch_get_item", "AccessDeniedException", "account-1 is secret")
        assert rules.scorer().rules.version == PACKAGED.version
        assert rules.scorer().rules.version == PACKAGED.version, "not asked again at once"
        stubber.add_response("batch_get_item", {"Responses": {TABLE: [item]}})
        world.now += AGAIN_SECONDS
        assert rules.scorer().rules.version.startswith("first+")
    failed, changed = world.told()
    assert (failed["level"], changed["level"]) == ("ERROR", "NOTICE")
    assert "_aws" not in failed, "nothing was refused: no alarm for what passes by itself"
    assert "secret" not in world.out.getvalue()
