"""What is optional never stops a decision: it is scored without it, which is counted, kept and told."""

import json
import zlib
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.clients import AwsError
from shared.runtime.decisions import RecordedDecision
from shared.runtime.dynamodb import from_item, to_item
from stacks.compute.functions.detector.population_table import AGAIN_SECONDS, PopulationTable
from stacks.compute.functions.detector.ports import DetectorError
from stacks.compute.functions.detector.scoring import AccountProfile, load_rules
from stacks.compute.functions.profiles.items import StoredProfile, UnreadableProfileError, uses_key
from tests.unit.functions.builders import NOW
from tests.unit.functions.conftest import Cloud, control
from tests.unit.functions.deciding import FRAUD, decisions, detector, event_of, learnt, told

TABLE = "profiles-test"
UNREADABLE_STATES = ["{", "[]", '{"version": 99}', "{}", "null", '{"version": 3, "count": "many"}']


def put(cloud: Cloud, **item: Any) -> None:
    cloud.dynamodb.put_item(TableName=TABLE, Item=to_item(item))


def item_of(cloud: Cloud, profile_id: str) -> dict[str, Any] | None:
    key = to_item({"profile_id": profile_id})
    item = cloud.dynamodb.get_item(TableName=TABLE, Key=key).get("Item")
    return None if item is None else from_item(item)


def made(cloud: Cloud) -> RecordedDecision:
    decision = decisions(cloud)["t-1"]
    assert decision is not None
    return decision


def metrics(out: str) -> dict[str, int]:
    """The sums of what log lines count, read as CloudWatch does: by what `_aws` names."""
    sums: dict[str, int] = {}
    for line in map(json.loads, out.splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert (directive["Namespace"], directive["Dimensions"]) == ("FraudPipeline", [["FunctionName"]])
            assert line["FunctionName"] == "detector"
            for metric in directive["Metrics"]:
                sums[metric["Name"]] = sums.get(metric["Name"], 0) + line[metric["Name"]]
    return sums


BROKEN: dict[str, list[dict[str, Any]]] = {
    "population": [
        {"profile_id": "population#risk#0", "revision": 1, "state": "{"},
        *(
            {"profile_id": "population#sample#0", "revision": 1, "state": state}
            for state in UNREADABLE_STATES
            # No state is a population of which nothing is known.
            if state != "null"
        ),
    ],
    "merchant": [
        {"profile_id": "merchant#merchant-1", "revision": 1, "state": state} for state in UNREADABLE_STATES
    ],
    "controls": [
        control(f"{whose}-1", **wrong)
        for whose in ("account#account", "merchant#merchant")
        for wrong in ({"standing": "blocked"}, {"standing": 3}, {"standing": "deny", "standing_until": "x"})
    ],
    "first uses": [
        {"profile_id": uses_key("merchant", "merchant-1"), "revision": 1, "state": state}
        for state in (b"damaged", b"", "{")
    ],
    "rules": [
        {"profile_id": "rules#active", "rules": rules, "sha256": "0" * 64} for rules in ("{}", "", "[" * 9)
    ],
}


@pytest.mark.parametrize(("part", "item"), [(part, item) for part, items in BROKEN.items() for item in items])
def test_an_optional_part_that_is_not_readable_is_left_out(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], part: str, item: dict[str, Any]
) -> None:
    put(cloud, **item)
    assert detector(cloud).receive(event_of(cloud, amount=FRAUD)) is not None
    decision = made(cloud)
    assert (decision.suspicious, decision.scored_without) == (True, (part,))
    assert (len(told(cloud)), learnt(cloud)) == (1, 1)
    counted = metrics(capsys.readouterr().out)
    assert (counted["Suspicious"], counted["Degraded"]) == (1, 1)
    assert item_of(cloud, item["profile_id"]) == item, "and nobody writes over it"


def test_what_is_whole_is_not_counted_as_degraded(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    detector(cloud).receive(event_of(cloud))
    assert metrics(capsys.readouterr().out) == {}
    assert made(cloud).scored_without == ()


def test_a_late_decision_is_counted(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    event = event_of(cloud)
    event["detail"]["dynamodb"]["NewImage"]["received_at"]["N"] = str(NOW - 10_001)
    detector(cloud).receive(event)
    assert metrics(capsys.readouterr().out) == {"Late": 1}


def test_of_the_controls_only_those_that_are_not_readable_are_left_out(cloud: Cloud) -> None:
    put(cloud, **control("account#account-1", standing="blocked"))
    put(cloud, **control("merchant#merchant-1", standing="deny"))
    detector(cloud).receive(event_of(cloud))
    assert made(cloud).reasons[0].code == "denied"
    assert made(cloud).scored_without == ("controls",)


@pytest.mark.parametrize("state", UNREADABLE_STATES)
@pytest.mark.parametrize("revision", [4, 0, "four", None])
def test_an_account_s_damaged_profile_is_set_aside(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], state: str, revision: Any
) -> None:
    damaged = {"profile_id": "account#account-1", "state": state, "expires_at": NOW // 1000 + 1}
    damaged |= {} if revision is None else {"revision": revision}
    put(cloud, **damaged)
    assert detector(cloud).receive(event_of(cloud, amount=FRAUD)) is not None
    decision = made(cloud)
    assert (decision.suspicious, decision.scored_without) == (True, ("account",))
    assert learnt(cloud) == 1, "from then on it is a new account's"
    [aside] = [
        item for item in cloud.items(TABLE) if item["profile_id"].startswith("aside#account#account-1#")
    ]
    assert {**aside, "profile_id": damaged["profile_id"]} == damaged
    assert metrics(capsys.readouterr().out)["ProfilesSetAside"] == 1
    detector(cloud).receive(event_of(cloud, transaction_id="t-2", timestamp=NOW))
    assert learnt(cloud) == 2
    assert "Degraded" not in metrics(capsys.readouterr().out)


def test_an_attribute_of_another_type_is_damage_too(cloud: Cloud) -> None:
    item: Any = {"profile_id": {"S": "account#account-1"}, "revision": {"N": "1"}, "state": {"B": b"\0"}}
    cloud.dynamodb.put_item(TableName=TABLE, Item=item)
    detector(cloud).receive(event_of(cloud))
    assert made(cloud).scored_without == ("account",)
    assert cloud.profiles().read("account-1", "merchant-1").account.count == 1


def test_a_profile_that_somebody_mends_meanwhile_stays_mended(cloud: Cloud) -> None:
    put(cloud, profile_id="account#account-1", revision=3, state="{")
    table = cloud.profiles()
    assert table.read("account-1", "merchant-1").damaged is not None
    mended = AccountProfile()
    mended.count = 7
    original = cloud.dynamodb.put_item

    def mend_first(**put_item: Any) -> Any:
        if "ConditionExpression" in put_item:
            put(cloud, profile_id="account#account-1", revision=9, state=mended.to_state())
        return original(**put_item)

    with patch.object(cloud.dynamodb, "put_item", side_effect=mend_first, autospec=False):
        # `put` itself goes through the patch, without a condition.
        table.set_aside("account-1")
    assert table.read("account-1", "merchant-1").account.count == 7


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    state=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda children: (
            st.lists(children, max_size=3)
            | st.dictionaries(
                st.sampled_from(["version", "count", "recent", "hours", "amounts", "first_at", "last_at"]),
                children | st.just(2),
                max_size=7,
            )
        ),
        max_leaves=8,
    )
)
def test_no_stored_state_of_an_account_stops_its_reading(cloud: Cloud, state: Any) -> None:
    put(cloud, profile_id="account#fuzzed", revision=1, state=json.dumps(state))
    known = cloud.profiles().read("fuzzed", "merchant-1")
    assert known.damaged is not None or known.revision == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=30) | st.dictionaries(st.text(), children, max_size=30),
)


@given(JSON.map(lambda state: [state, "of more than a write unit" * 60]) | JSON | st.binary())
def test_a_state_comes_back_as_it_was_stored(state: Any) -> None:
    item = StoredProfile("population#sample#1", revision=6).put(TABLE, state, expires_at=None)["Item"]
    assert StoredProfile.of_item("population#sample#1", from_item(item)).state == state


@given(st.binary() | st.text() | st.just(zlib.compress(b"{")))
def test_what_does_not_unpack_is_damaged(packed: bytes | str) -> None:
    with pytest.raises(UnreadableProfileError):
        StoredProfile.of_item("population#sample#1", {"packed": packed, "revision": 1})


def throttled(*_: Any, **__: Any) -> Any:
    raise AwsError("ThrottlingException", 400)


def test_a_population_that_is_not_given_now_stays_as_it_was(cloud: Cloud) -> None:
    now = [0.0]
    table = PopulationTable(cloud.dynamodb, TABLE, clock=lambda: now[0])
    rules = load_rules()
    with patch.object(cloud.dynamodb, "batch_get_item", throttled):
        table.view(rules)
        assert table.fault == "the population was not read: ThrottlingException"
    view = table.view(rules)
    assert table.fault is not None, "it is not asked for again at once"
    now[0] += AGAIN_SECONDS
    view = table.view(rules)
    assert table.fault is None
    now[0] += 60
    with patch.object(cloud.dynamodb, "batch_get_item", throttled):
        assert table.view(rules) is view
        assert table.fault is not None


def test_keys_that_are_left_out_are_only_missed_where_they_must_be(cloud: Cloud) -> None:
    original = cloud.dynamodb.batch_get_item
    left_out = "merchant#merchant-1"

    def leave_out(RequestItems: Any) -> Any:  # noqa: N803 - botocore's name
        [(name, wanted)] = RequestItems.items()
        rest = [key for key in wanted["Keys"] if key["profile_id"]["S"] == left_out]
        given = [key for key in wanted["Keys"] if key not in rest]
        answer: Any = original(RequestItems={name: {"Keys": given}}) if given else {"Responses": {}}
        return {**answer, "UnprocessedKeys": {name: {"Keys": rest}} if rest else {}}

    table = cloud.profiles()
    with (
        patch.object(cloud.dynamodb, "batch_get_item", leave_out),
        patch("stacks.compute.functions.profiles.reading.pause", lambda _: None),
    ):
        assert table.read("account-1", "merchant-1").left_out == ("merchant",)
        left_out = "account#account-1"
        with pytest.raises(DetectorError, match="unprocessed"):
            table.read("account-1", "merchant-1")
