"""Rules published and withdrawn through the signed API, and their challengers."""

import json
from typing import Any

from stacks.compute.functions.detector.scoring import RULES_PATH
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from tests.unit.functions.changes_desk import Desk
from tests.unit.tools.analyst.api_in_memory import BEN


def rules_text(version: str) -> str:
    document = json.loads(RULES_PATH.read_text())
    return json.dumps({**document, "version": version}, indent=2)


def test_a_challenger_needs_one_person_and_publishing_it_two(strict: Desk) -> None:
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


def test_extreme_rules_need_force(desk: Desk) -> None:
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


def test_publishing_rules_needs_two_people_if_so_configured(strict: Desk) -> None:
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


def test_an_invalid_rules_file_is_rejected_with_its_line(desk: Desk) -> None:
    status, told = desk.put("rules", rules='{"schema": 3}', replaces=0)
    assert (status, told["error"]) == (400, "invalid_rules")
    assert told["message"] == "The detector cannot use this file: line 1: version is missing"
    assert desk.table.items() == []
