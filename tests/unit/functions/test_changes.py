"""Changes through the signed API: the signer is recorded, and the history is append-only."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.logs import Logger
from shared.runtime.tracing import Segment, invocation_trace
from stacks.compute.functions.detector.scoring import Controls, Standing
from stacks.compute.functions.verdicts.adapters import ChangesTable
from stacks.compute.functions.verdicts.changing import Changing
from stacks.compute.functions.verdicts.ports import BusyError, Put
from stacks.compute.functions.verdicts.written import controls_after
from tests.unit.functions.changes_desk import DAY, EDITS, LIMITS, NOW, Answer, Desk
from tests.unit.tools.analyst.api_in_memory import ANA, BEN


def test_the_signer_is_recorded_whatever_the_body_says(desk: Desk) -> None:
    status, told = desk.put("controls", BEN, account_id="a-1", list="deny", decided_by="Ana")
    assert (status, told["by"], told["identity"]) == (200, "Ana", BEN)
    assert desk.put("controls", account_id="a-1", list="deny", identity=ANA)[1]["error"] == "invalid_change"
    assert desk.put("controls", None, account_id="a-1", list="deny")[0] == 403
    item = desk.item()
    assert item is not None
    assert (item["identity"], item["revision"]) == (BEN, 1)


def test_the_history_is_append_only(desk: Desk) -> None:
    for number in range(30):
        desk.now += 1
        assert (
            desk.put("controls", account_id="a-1", list=("deny", "watch")[number % 2], note=f"{number}")[0]
            == 200
        )
    history = desk.table.history()
    assert [each["note"] for each in history] == [str(number) for number in range(30)]
    assert [each["revision"] for each in history] == list(range(1, 31))
    taken = Put({**history[0], "note": "never happened"}, None)
    table = ChangesTable(desk.table.dynamodb, "profiles-dev")
    assert table.write([taken]) is False
    assert desk.table.history() == history


def test_a_repeated_request_is_applied_once(desk: Desk) -> None:
    first = desk.put("controls", account_id="a-1", list="deny", note="lost")
    desk.now += 5
    again = desk.put("controls", account_id="a-1", list="deny", note="lost")
    assert {**again[1], "trace_id": ""} == {**first[1], "trace_id": ""}
    assert len(desk.table.history()) == 1
    assert desk.put("controls", BEN, account_id="a-1", list="deny", note="lost")[1]["revision"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"account_id": "a", "merchant_id": "m", "list": "deny"}, "account_id"),
        ({"list": "deny"}, "account_id"),
        ({"account_id": "a"}, "list"),
        ({"merchant_id": "m", "snoozed_until": NOW + DAY}, "snoozed_until"),
        ({"account_id": "a", "snoozed_until": NOW + 31 * DAY}, "snoozed_until"),
        ({"account_id": "a", "list": "deny", "until": NOW}, "until"),
        ({"account_id": "a", "list": "deny", "up_to": 5}, "up_to"),
        ({"account_id": "a", "list": "grey"}, "list"),
    ],
)
def test_an_invalid_combination_of_fields_is_named(desk: Desk, body: dict[str, Any], field: str) -> None:
    status, told = desk.put("controls", **body)
    assert (status, told["error"]) == (400, "invalid_change")
    assert field in {each["field"] for each in told["fields"]}
    assert desk.table.items() == []


@given(
    EDITS, st.builds(Controls, st.none() | st.sampled_from(Standing), st.integers(0, 9), st.integers(0, 9))
)
def test_an_edit_changes_only_the_fields_that_it_names(edit: dict[str, Any], before: Controls) -> None:
    after = controls_after(edit, before, LIMITS)
    assert "list" in edit or (after.standing, after.standing_until) == before[:2]
    assert "snoozed_until" in edit or after.snoozed_until == before.snoozed_until


class Contended:
    """Items that another writer changes between the first reads and writes."""

    def __init__(self, others: int) -> None:
        self.others, self.written = others, 0

    def read(self, keys: Any) -> dict[str, None]:
        return dict.fromkeys(keys)

    def write(self, puts: Any) -> bool:
        del puts
        self.others -= 1
        self.written += self.others < 0
        return self.others < 0


@pytest.mark.parametrize(("others", "done"), [(0, True), (3, True), (4, False)])
def test_a_conflicting_write_is_retried_a_limited_number_of_times(
    others: int, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stacks.compute.functions.verdicts.attempts.pause", lambda _: None)
    items = Contended(others)
    changing = Changing(items, LIMITS, lambda: NOW)
    event = {
        "body": json.dumps({"account_id": "a-1", "list": "deny", "decided_by": "Ana"}),
        "requestContext": {"identity": {"userArn": ANA}},
    }

    def ask(remaining: int) -> Answer:
        segment = Segment("test", invocation_trace(), own_trace=True)
        return changing.controls(event, segment, Logger("test", "ERROR"), lambda: remaining)

    if done:
        assert ask(8000)[0] == 200
    else:
        with pytest.raises(BusyError):
            ask(8000)
    assert items.written == int(done)
    with pytest.raises(BusyError):
        ask(100)
