"""Messages and events of any damage: what nobody can read fails alone, and is told by name."""

import copy
import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.runtime.fields import EventError
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.compute.functions.detector.ports import DetectorError
from tests.unit.functions.builders import TRACE_HEADER, bus_event, stored, suspicious
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.detector.detecting import detector_with
from tests.unit.functions.test_notifier import Stage

DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
JUNK = st.sampled_from(
    [
        *(None, True, 0, -1, 10**40, 1.5, float("inf"), "", "x", "NaN", "Infinity", "1E+400", "\ud800", "\0"),
        *([], {}, [{}], {"S": "x"}, {"N": "x"}, {"NULL": True}, {"M": {}}, DEEP, "long " * 2_000),
    ]
).map(copy.deepcopy)
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NUMBERS = count()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    children: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        children = enumerate(value)
    for name, child in children:
        yield from places(child, (*path, name))


@st.composite
def damaged(draw: st.DrawFn, whole: Mapping[str, Any]) -> Any:
    """A JSON value with junk, or nothing, in one to three of its places."""
    value: Any = copy.deepcopy(dict(whole))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(value))))
        if not path:
            return draw(JUNK)
        parent = value
        for name in path[:-1]:
            parent = parent[name]
        if draw(st.booleans()):
            parent[path[-1]] = draw(JUNK)
        else:
            del parent[path[-1]]
    return value


ALERT: dict[str, Any] = json.loads(suspicious().to_json())
CLOSING: dict[str, Any] = json.loads(
    CloseRequest(account_id="account-1", opened_by="a" * 64, trace_header=TRACE_HEADER).to_json()
)
BODIES = st.one_of(damaged(ALERT), damaged(CLOSING)).map(json.dumps) | st.text(max_size=40)


@pytest.fixture
def stage(cloud: Cloud) -> Stage:
    return Stage(cloud)


@SETTINGS
@given(body=BODIES)
def test_a_damaged_message_fails_alone_and_its_neighbours_are_told(stage: Stage, body: str) -> None:
    names = [f"good-{next(NUMBERS)}" for _ in range(2)]
    good = [suspicious(transaction=stored(transaction_id=name, account_id=name)) for name in names]
    assert set(stage.deliver(good[0].to_json(), body, good[1].to_json())) <= {"1"}
    for each in good:
        key = {"alert_id": {"S": each.transaction.alert_id}}
        record = stage.cloud.dynamodb.get_item(TableName="alerts-test", Key=key)["Item"]
        assert record["mail_status"] == {"S": "SENT"}


@SETTINGS
@given(event=damaged(bus_event()))
def test_a_damaged_event_is_decided_or_refused_by_name(cloud: Cloud, event: Any) -> None:
    detector = detector_with(cloud.profiles(), cloud)
    try:
        detector.receive(event if isinstance(event, Mapping) else {"detail": event})
    except (EventError, DetectorError):
        return  # Lambda puts it, with the event, into detector-dlq
