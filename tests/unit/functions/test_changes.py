"""Lists, snoozes and rules by the signed API: who signed is recorded, and nothing is ever forgotten."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.runtime.logs import Logger
from shared.runtime.tracing import Segment, invocation_trace
from stacks.compute.functions.detector.scoring import RULES_PATH, Controls, Standing
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from stacks.compute.functions.verdicts.adapters import ChangesTable
from stacks.compute.functions.verdicts.changing import Changing
from stacks.compute.functions.verdicts.ports import BusyError, Put
from stacks.compute.functions.verdicts.second_person import (
    NEVER,
    Limits,
    alone_after,
    person_of,
    why_controls,
)
from stacks.compute.functions.verdicts.written import WAITING_DAYS, controls_after
from tests.unit.tools.analyst.api_in_memory import ANA, BEN
from tests.unit.tools.analyst.table import Table, table_in_memory

NOW = 1_795_392_000_000
DAY = 86_400_000
KEY = "controls#account#a-1"
LIMITS = Limits(30, 1000, rules_alone=True)
Answer = tuple[int, dict[str, Any]]


class Desk:
    """Whoever signs, the time, and the table behind the API."""

    def __init__(self, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table, self.now = table, NOW
        monkeypatch.setattr("time.time_ns", lambda: self.now * 1_000_000)

    def put(self, path: str, caller: str | None = ANA, **body: Any) -> Answer:
        answered = self.table.api.put(f"/{path}", json.dumps({"decided_by": "Ana", **body}), caller)
        return answered["statusCode"], json.loads(answered["body"])

    def allow(self, caller: str | None = ANA, **body: Any) -> Answer:
        return self.put("controls", caller, account_id="a-1", list="allow", **body)

    def item(self, key: str = KEY) -> dict[str, Any] | None:
        return next((each for each in self.table.items() if each["profile_id"] == key), None)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    with table_in_memory(monkeypatch, tmp_path) as table:
        yield Desk(table, monkeypatch)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """Where rules are published by two."""
    with table_in_memory(monkeypatch, tmp_path, RULES_PUBLISHED_BY="two") as table:
        yield Desk(table, monkeypatch)


def rules_text(version: str) -> str:
    document = json.loads(RULES_PATH.read_text())
    return json.dumps({**document, "version": version}, indent=2)


def test_who_signed_is_recorded_whatever_the_body_says(desk: Desk) -> None:
    status, told = desk.put("controls", BEN, account_id="a-1", list="deny", decided_by="Ana")
    assert (status, told["by"], told["identity"]) == (200, "Ana", BEN)
    assert desk.put("controls", account_id="a-1", list="deny", identity=ANA)[1]["error"] == "invalid_change"
    assert desk.put("controls", None, account_id="a-1", list="deny")[0] == 403
    item = desk.item()
    assert item is not None
    assert (item["identity"], item["revision"]) == (BEN, 1)


def test_no_change_is_ever_forgotten_or_written_over(desk: Desk) -> None:
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


def test_a_request_that_comes_twice_changes_once(desk: Desk) -> None:
    first = desk.put("controls", account_id="a-1", list="deny", note="lost")
    desk.now += 5
    again = desk.put("controls", account_id="a-1", list="deny", note="lost")
    assert {**again[1], "trace_id": ""} == {**first[1], "trace_id": ""}
    assert len(desk.table.history()) == 1
    assert desk.put("controls", BEN, account_id="a-1", list="deny", note="lost")[1]["revision"] == 2


def test_one_person_allows_for_a_time_and_up_to_an_amount(desk: Desk) -> None:
    status, told = desk.allow(until=NOW + 30 * DAY)
    assert (status, told["standing_up_to"]) == (200, 1000)
    beyond: list[tuple[dict[str, Any], str]] = [
        ({}, "one person allows for 30 days at most"),
        ({"until": NOW + 30 * DAY + 1}, "one person allows for 30 days at most"),
        ({"until": NOW + DAY, "up_to": 1001}, "one person allows payments up to 1000 USD"),
        ({"until": NOW + DAY, "up_to": 0}, "one person allows payments up to 1000 USD"),
    ]
    for body, why in beyond:
        status, told = desk.allow(**body)
        assert (status, told["why"]) == (202, why)
    snooze: dict[str, Any] = {"account_id": "a-1", "snoozed_until": NOW + DAY}
    assert desk.put("controls", **snooze, up_to=0)[0] == 202
    assert desk.put("controls", **snooze)[0] == 200
    assert [each["revision"] for each in desk.table.history()] == [1, 2], "what waits has changed nothing"


def test_a_second_person_approves_and_both_are_recorded(desk: Desk) -> None:
    status, told = desk.allow(note="our own shop")
    change = told["change"]
    assert (status, desk.item()) == (202, None)
    assert desk.allow(note="our own shop")[1]["change"] == change, "asked for again it is the same"
    assert desk.put("approvals", ANA, change=change, decided_by="Ben")[1]["error"] == "same_person"
    assert desk.put("approvals", BEN, change=change, decided_by="Ana")[1]["error"] == "same_person"
    assert desk.item() is None
    status, told = desk.put("approvals", BEN, change=change, decided_by="Ben")
    assert (status, told["standing"], told["identity"], told["approved_as"]) == (200, "allow", ANA, BEN)
    item, [entry] = desk.item(), desk.table.history()
    assert item is not None
    for kept in (item, entry):
        assert (kept["by"], kept["identity"], kept["note"]) == ("Ana", ANA, "our own shop")
        assert (kept["approved_by"], kept["approved_as"]) == ("Ben", BEN)
    assert "standing_until" not in item, "for ever"
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[0] == 200, (
        "sent again it changes nothing"
    )
    assert len(desk.table.history()) == 1
    third = desk.put("approvals", f"{BEN}-2", change=change, decided_by="Cy")
    assert (third[0], third[1]["error"]) == (409, "approved_already")


ROLE = "arn:aws:sts::123456789012:assumed-role"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (f"{ROLE}/analysts/ana", f"{ROLE}/analysts/ben", True),
        (f"{ROLE}/analysts/ana", f"{ROLE}/approvers/ana", False),
        (f"{ROLE}/saml/ana", f"{ROLE}/saml/ben", False),
        (f"{ROLE}/saml/ana", f"{ROLE}/AWSReservedSSO_Approvers_1/Ana", True),
        (f"{ROLE}/AWSReservedSSO_Analysts_0/ana", f"{ROLE}/AWSReservedSSO_Approvers_1/ben", False),
        ("arn:aws:iam::123456789012:user/people/ana", f"{ROLE}/saml/ana", True),
        ("arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/ben", False),
        (
            "arn:aws:sts::123456789012:federated-user/ana",
            "arn:aws:sts::123456789012:federated-user/ben",
            True,
        ),
    ],
)
def test_nobody_becomes_a_second_person_by_a_name_that_they_choose(one: str, other: str, same: bool) -> None:
    """A session's name is chosen by whoever takes the role on, unless somebody else names it."""
    assert (person_of(one, {"saml"}) == person_of(other, {"saml"})) is same


def test_two_sessions_of_a_role_approve_nothing_of_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for roles, error in (("", "same_person"), ("saml analysts", None)):
        (tmp_path / roles).mkdir(exist_ok=True)
        with table_in_memory(monkeypatch, tmp_path / roles, ROLES_THAT_NAME_PEOPLE=roles) as table:
            desk = Desk(table, monkeypatch)
            change = desk.allow(f"{ROLE}/analysts/ana")[1]["change"]
            told = desk.put("approvals", f"{ROLE}/analysts/ben", change=change, decided_by="Ben")[1]
            assert told.get("error") == error


def test_a_challenger_takes_one_person_and_to_publish_it_two(strict: Desk) -> None:
    text = rules_text("bold")
    status, told = strict.put("rules", rules=text, replaces=0, challenger=True)
    assert (status, told["version"][:5]) == (200, "bold+")
    item = strict.item(CHALLENGER_KEY)
    assert item is not None
    assert (item["changed"], item["rules"]) == ("challenger", text)
    assert strict.item(RULES_KEY) is None
    assert strict.put("rules", rules=rules_text("other"), replaces=0, challenger=True)[1]["error"] == (
        "other_rules"
    )
    assert strict.put("rules", rules=text, replaces=0)[0] == 202
    assert strict.put("rules", BEN, replaces=1, challenger=True)[0] == 200
    ended = strict.item(CHALLENGER_KEY)
    assert ended is not None
    assert "rules" not in ended
    assert [each["profile_id"] for each in strict.table.history()] == [
        f"history#{CHALLENGER_KEY}#1",
        f"history#{CHALLENGER_KEY}#2",
    ]


def test_rules_that_alert_on_nothing_or_everything_want_force_whoever_signs(desk: Desk) -> None:
    document = json.loads(RULES_PATH.read_text())
    extreme: list[dict[str, Any]] = [{"quantities": {}}, {"base": 2.0}, {"alert_threshold": 1.0}]
    for setting in extreme:
        text = json.dumps({**document, **setting})
        status, told = desk.put("rules", rules=text, replaces=0)
        assert (status, told["error"]) == (400, "extreme_rules")
        assert "payment" in told["message"]
    assert desk.item(RULES_KEY) is None
    assert desk.put("rules", rules=text, replaces=0, force=True)[0] == 200
    assert desk.put("rules", rules=text, replaces=0, challenger=True)[0] == 200


def test_what_nobody_approves_in_time_waits_no_more(desk: Desk) -> None:
    change = desk.allow()[1]["change"]
    desk.now += WAITING_DAYS * DAY + 1000
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[1]["error"] == "unknown_change"
    assert desk.put("approvals", BEN, change="0" * 16, decided_by="Ben")[0] == 404
    assert desk.allow()[0] == 202
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[0] == 200, "asked for anew"


def test_rules_are_published_by_two_where_the_setting_says_so(strict: Desk) -> None:
    text = rules_text("two")
    status, told = strict.put("rules", rules=text, replaces=0)
    assert (status, told["why"]) == (202, "rules are published by two people")
    assert strict.item(RULES_KEY) is None
    other = strict.put("rules", rules=rules_text("other"), replaces=0)[1]["change"]
    assert strict.put("approvals", BEN, change=told["change"], decided_by="Ben")[0] == 200
    item = strict.item(RULES_KEY)
    assert item is not None
    assert (item["rules"], item["approved_as"]) == (text, BEN)
    stale = strict.put("approvals", BEN, change=other, decided_by="Ben")
    assert (stale[0], stale[1]["error"]) == (409, "other_rules")
    reset = strict.put("rules", replaces=1)[1]["change"]
    assert strict.put("approvals", BEN, change=reset, decided_by="Ben")[0] == 200
    assert [each.get("version", "")[:3] for each in strict.table.history()] == ["two", ""]


def test_a_file_that_the_detector_cannot_use_is_refused_with_its_line(desk: Desk) -> None:
    status, told = desk.put("rules", rules='{"schema": 3}', replaces=0)
    assert (status, told["error"]) == (400, "invalid_rules")
    assert told["message"] == "The detector cannot use this file: line 1: version is missing"
    assert desk.table.items() == []


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
def test_what_does_not_fit_together_is_named(desk: Desk, body: dict[str, Any], field: str) -> None:
    status, told = desk.put("controls", **body)
    assert (status, told["error"]) == (400, "invalid_change")
    assert field in {each["field"] for each in told["fields"]}
    assert desk.table.items() == []


EDITS = st.fixed_dictionaries(
    {},
    optional={
        "list": st.sampled_from([*Standing, "none"]),
        "until": st.integers(NOW + 1, NOW + 90 * DAY),
        "snoozed_until": st.just(0) | st.integers(NOW + 1, NOW + 30 * DAY),
        "up_to": st.integers(0, 5000),
    },
)


ENDS = st.sampled_from([NOW + days * DAY for days in (1, 4, 7, 8)])
QUIETING = (
    st.builds(lambda end: {"list": "allow", "until": end}, ENDS)
    | st.builds(lambda end: {"snoozed_until": end}, ENDS)
    | st.just({"list": "none"})
    | EDITS
)
WAITS = st.sampled_from([0, DAY // 2, 3 * DAY, 7 * DAY, 8 * DAY])


@example([(wait * DAY, {"list": "allow", "until": NOW + 4 * DAY}) for wait in (0, 3, 3)])
@given(st.lists(st.tuples(WAITS, QUIETING), max_size=8))
def test_no_row_of_changes_by_one_person_keeps_more_quiet_than_one_may(
    changes: list[tuple[int, dict[str, Any]]],
) -> None:
    """Neither at once nor by one change after the other: before a longer time there is a pause as long."""
    limits, held, alone, now = Limits(7, 1000, rules_alone=True), Controls(), NEVER, NOW
    quiet: list[tuple[int, int]] = []
    for wait, edit in changes:
        now += wait
        later = {
            name: value + now - NOW for name, value in edit.items() if name in {"until", "snoozed_until"}
        }
        after = controls_after({**edit, **later} if edit.get("snoozed_until", 1) else edit, held, limits)
        if why_controls(held, after, now, limits, alone):
            continue
        alone, held = alone_after(held, after, now, limits, alone), after
        allowed = held.standing_until if held.standing is Standing.ALLOW else 0
        assert not allowed or 0 < held.standing_up_to <= 1000
        assert not held.snoozed_until or 0 < held.snoozed_up_to <= 1000
        assert held.standing is not Standing.ALLOW or allowed
        if (until := max(allowed, held.snoozed_until)) > now:
            quiet.append((now, until))
    for begun, _ in quiet:
        first = begun + 7 * DAY
        assert all(until <= first for since, until in quiet if begun <= since < first), "a row within 7 days"


def test_an_allow_split_in_two_wants_a_second_person(desk: Desk) -> None:
    assert desk.allow(until=NOW + 30 * DAY)[0] == 200
    desk.now += 29 * DAY
    assert desk.put("controls", account_id="a-1", list="none")[0] == 200
    beyond = {"until": desk.now + 2 * DAY}
    for caller in (ANA, BEN):
        status, told = desk.allow(caller, **beyond)
        assert (status, told["why"]) == (
            202,
            "one person allows for 30 days at most, with what was allowed by one person before",
        )
    snooze: dict[str, Any] = {"account_id": "a-1", "snoozed_until": desk.now + 2 * DAY}
    assert desk.put("controls", **snooze)[0] == 202, "nor by the other way to keep it quiet"
    assert desk.allow(until=desk.now + DAY // 2)[0] == 200, "up to where the first would have ended"
    desk.now += 31 * DAY
    assert desk.allow(until=desk.now + 30 * DAY)[0] == 200, "after a pause as long"


@given(
    EDITS, st.builds(Controls, st.none() | st.sampled_from(Standing), st.integers(0, 9), st.integers(0, 9))
)
def test_an_edit_changes_what_it_names_and_nothing_else(edit: dict[str, Any], before: Controls) -> None:
    after = controls_after(edit, before, LIMITS)
    assert "list" in edit or (after.standing, after.standing_until) == before[:2]
    assert "snoozed_until" in edit or after.snoozed_until == before.snoozed_until


class Contended:
    """Items that somebody else changes between the first reads and writes."""

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
def test_who_is_overtaken_reads_anew_and_gives_up_in_the_end(
    others: int, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stacks.compute.functions.verdicts.changing.pause", lambda _: None)
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
