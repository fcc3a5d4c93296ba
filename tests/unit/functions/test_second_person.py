"""Changes that need a second signature: long or large allows, and who counts as a second person."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import Controls, Standing
from stacks.compute.functions.verdicts.second_person import (
    NEVER,
    Limits,
    alone_after,
    person_of,
    why_controls,
)
from stacks.compute.functions.verdicts.written import WAITING_DAYS, controls_after
from tests.unit.functions.changes_desk import DAY, EDITS, NOW, Desk
from tests.unit.tools.analyst.api_in_memory import ANA, BEN
from tests.unit.tools.analyst.table import table_in_memory


def test_one_person_allows_up_to_a_duration_and_an_amount(desk: Desk) -> None:
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
    assert [each["revision"] for each in desk.table.history()] == [1, 2], "a pending change is not applied"


def test_a_second_person_approves_and_both_are_recorded(desk: Desk) -> None:
    status, told = desk.allow(note="our own shop")
    change = told["change"]
    assert (status, desk.item()) == (202, None)
    assert desk.allow(note="our own shop")[1]["change"] == change, (
        "a repeated request returns the pending change"
    )
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
    assert "standing_until" not in item, "no end"
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[0] == 200, (
        "a repeated approval changes nothing"
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
def test_a_session_name_does_not_make_a_second_person(one: str, other: str, same: bool) -> None:
    """The caller chooses the session name, unless the identity provider sets it."""
    assert (person_of(one, {"saml"}) == person_of(other, {"saml"})) is same


def test_two_sessions_of_a_role_are_one_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for roles, error in (("", "same_person"), ("saml analysts", None)):
        (tmp_path / roles).mkdir(exist_ok=True)
        with table_in_memory(monkeypatch, tmp_path / roles, ROLES_THAT_NAME_PEOPLE=roles) as table:
            desk = Desk(table, monkeypatch)
            change = desk.allow(f"{ROLE}/analysts/ana")[1]["change"]
            told = desk.put("approvals", f"{ROLE}/analysts/ben", change=change, decided_by="Ben")[1]
            assert told.get("error") == error


def test_a_pending_change_expires(desk: Desk) -> None:
    change = desk.allow()[1]["change"]
    desk.now += WAITING_DAYS * DAY + 1000
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[1]["error"] == "unknown_change"
    assert desk.put("approvals", BEN, change="0" * 16, decided_by="Ben")[0] == 404
    assert desk.allow()[0] == 202
    assert desk.put("approvals", BEN, change=change, decided_by="Ben")[0] == 200, "requested again"


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
def test_successive_changes_by_one_person_stay_within_the_limits(
    changes: list[tuple[int, dict[str, Any]]],
) -> None:
    """Neither one change nor a series: quiet periods that start within the limit end within it."""
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
        assert all(until <= first for since, until in quiet if begun <= since < first), (
            "a series within 7 days"
        )


def test_an_allow_split_in_two_needs_a_second_person(desk: Desk) -> None:
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
    assert desk.put("controls", **snooze)[0] == 202, "nor by a snooze"
    assert desk.allow(until=desk.now + DAY // 2)[0] == 200, "until the end of the first allow"
    desk.now += 31 * DAY
    assert desk.allow(until=desk.now + 30 * DAY)[0] == 200, "after an equally long pause"
