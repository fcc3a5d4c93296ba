"""`make rules`: what is shown, what is refused before anybody is asked, and what is written."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules, parse_rules
from stacks.compute.functions.profiles.rules_item import RULES_KEY, publication, published_text
from tests.unit.tools.analyst.table import TABLE, Table, table_in_memory
from tools.analyst import rules
from tools.analyst.differences import differences
from tools.analyst.records.tables import Tables

SHIPPED = RULES_PATH.read_text()

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Table]:
    with table_in_memory(monkeypatch, tmp_path) as table:
        yield table


@pytest.fixture
def run(table: Table, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*options: str) -> Ran:
        code = rules.main(["dev", "--outputs", str(table.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def active(table: Table) -> dict[str, Any]:
    return next(item for item in table.items() if item["profile_id"] == RULES_KEY)


def file_of(directory: Path, version: str, **changes: Any) -> str:
    document = json.loads(SHIPPED)
    document["version"] = version
    document["rules"]["denied"].update(changes)
    path = directory / f"{version}.json"
    path.write_text(json.dumps(document, indent=2))
    return str(path)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"alert_threshold": 1.0}, "no payment could be an alert"),
        ({"quantities": {}}, "no payment could be an alert"),
        ({"base": 2.0}, "every payment would be an alert"),
    ],
    ids=["threshold", "no-quantities", "base"],
)
def test_rules_that_alert_on_nothing_or_everything_want_force(
    run: Run, table: Table, tmp_path: Path, setting: dict[str, Any], said: str
) -> None:
    path = tmp_path / "extreme.json"
    path.write_text(json.dumps(json.loads(SHIPPED) | {"version": "extreme"} | setting))
    code, _, error = run("--file", str(path), "--by", "ana")
    assert code == 1
    assert said in error
    assert "FORCE=yes" in error
    assert table.items() == []
    assert run("--file", str(path), "--by", "ana", "--force")[0] == 0
    assert active(table)["version"].startswith("extreme")


def test_a_base_that_ordinary_payments_take_points_off_is_no_extreme(run: Run, tmp_path: Path) -> None:
    document = json.loads(SHIPPED) | {"version": "learnt", "base": 2.0}
    document["quantities"]["amount"] = {"mode": "alert", "at": [2, 3], "points": [0, -12]}
    path = tmp_path / "learnt.json"
    path.write_text(json.dumps(document))
    code, _, error = run("--file", str(path), "--by", "ana")
    assert code == 0, error


def test_the_life_of_rules(run: Run, table: Table, tmp_path: Path) -> None:
    code, out, _ = run()
    assert (code, out) == (
        0,
        f"rules of dev: those of the deployed package; in this checkout: {load_rules().version}\n",
    )

    first = file_of(tmp_path, "first", points=15)
    code, out, _ = run("--file", first, "--by", "Ana", "--note", "too many alerts")
    version = parse_rules(Path(first).read_bytes()).version
    assert code == 0
    assert out.splitlines()[:6] == [
        "reads the payments of transactions-dev",
        "no stored payments to try the rules on",
        f"published: {version}, by Ana",
        "compared with the rules of the package:",
        '  version: "3" -> "first"',
        "  rules.denied.points: 20 -> 15",
    ]
    [item] = table.items()
    assert published_text(item) == Path(first).read_text()
    assert (item["version"], item["by"], item["note"]) == (version, "Ana", "too many alerts")
    assert item["identity"].startswith("arn:aws:")
    assert "expires_at" not in item, "rules never expire"

    code, out, _ = run()
    assert f"rules of dev: {version}, SHA-256 {item['sha256']}" in out
    assert "by Ana (arn:aws:" in out
    assert out.endswith("change 1: too many alerts\n")
    assert "nothing to do" in run("--file", first, "--by", "Bo")[1]

    second = file_of(tmp_path, "second", points=15, mode="shadow")
    out = run("--file", second, "--by", "Bo")[1]
    assert "compared with the published rules:" in out
    assert "points" not in out
    assert '  rules.denied.mode: "alert" -> "shadow"' in out

    assert run("--reset", "--by", "Cy")[0] == 0
    assert "those of the deployed package" in run()[1]
    item = active(table)
    assert published_text(item) is None
    assert (item["by"], item["revision"]) == ("Cy", 3)
    kept = table.history()
    assert [(each["by"], each.get("version", "")[:6]) for each in kept] == [
        ("Ana", "first+"),
        ("Bo", "second"),
        ("Cy", ""),
    ]
    assert published_text(kept[0]) == Path(first).read_text(), "to be gone back to"
    assert published_text(kept[1]) == Path(second).read_text()
    history = run("--history")[1].splitlines()
    assert history[-4] == "publications, newest first:"
    assert [line.split(" by ")[1].split(":")[0] for line in history[-3:]] == ["Cy", "Bo", "Ana"]


def test_what_is_in_force_is_written_as_a_file(run: Run, table: Table, tmp_path: Path) -> None:
    target = tmp_path / "now.json"
    assert run("--out", str(target))[1].startswith(f"rules of dev: {load_rules().version}, of this checkout")
    assert target.read_text() == SHIPPED
    mine = file_of(tmp_path, "mine", points=15)
    run("--file", mine, "--by", "Ana")
    assert run("--out", str(target))[0] == 0
    assert target.read_text() == Path(mine).read_text()
    table.put({**active(table), "sha256": "0"})
    code, _, err = run("--out", str(target))
    assert code == 1
    assert "the detector refuses" in err
    assert target.read_text() == Path(mine).read_text(), "what was there stays"


def test_a_bad_file_is_refused_with_its_line_and_nothing_is_asked_or_changed(
    run: Run, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tables, "profile", lambda *_: pytest.fail("asked"))
    bad = tmp_path / "bad.json"
    lines = SHIPPED.splitlines(keepends=True)
    number = next(place for place, line in enumerate(lines) if '"alert_threshold"' in line)
    lines[number] = '  "alert_threshold": 7,\n'
    bad.write_text("".join(lines))
    code, out, err = run("--file", str(bad), "--by", "Ana")
    assert (code, out) == (1, "")
    assert err == f"error: {bad}: line {number + 1}: alert_threshold is not a number from 0.001 to 1\n"
    for content, reason in (
        (SHIPPED.replace('"rules": {', '"alert_threshold": 0.9,\n  "rules": {', 1), "stands there twice"),
        ("{" + " " * 70_000 + "}", "more than 65536 bytes"),
        ("[" * 60_000, "too many brackets"),
    ):
        bad.write_text(content)
        code, _, err = run("--file", str(bad), "--by", "Ana")
        assert code == 1
        assert reason in err
    assert run("--file", str(tmp_path / "none.json"), "--by", "Ana")[0] == 1
    assert table.items() == []


def test_who_publishes_must_say_so(run: Run, tmp_path: Path) -> None:
    for options in (["--file", file_of(tmp_path, "first")], ["--reset"]):
        with pytest.raises(SystemExit):
            run(*options)


def test_a_note_about_nothing_is_refused(run: Run, table: Table) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--by", "Ana", "--note", "fewer alerts")
    assert ended.value.code == 2
    assert table.items() == []


def test_what_the_detector_refuses_is_told_and_can_be_replaced(
    run: Run, table: Table, tmp_path: Path
) -> None:
    table.put({"profile_id": RULES_KEY, **publication("{", "bad")})
    code, out, _ = run()
    assert code == 0
    assert "REFUSED by the detector" in out
    assert "not JSON" in out
    assert run("--file", file_of(tmp_path, "good"), "--by", "Ana")[0] == 0
    assert "REFUSED" not in run()[1]


def test_two_who_publish_at_once_do_not_overwrite_each_other(
    run: Run, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = file_of(tmp_path, "first"), file_of(tmp_path, "second")
    seen = Tables.profile(table.memory.tables(), RULES_KEY)
    assert run("--file", first, "--by", "Ana")[0] == 0
    monkeypatch.setattr(Tables, "profile", lambda *_: seen)
    code, _, err = run("--file", second, "--by", "Bo")
    assert (code, "409 other_rules: Publication 1 is in force" in err) == (1, True)
    assert [each["by"] for each in table.history()] == ["Ana"]


def test_an_item_that_is_not_ours_and_missing_outputs_are_told(run: Run, table: Table) -> None:
    table.dynamodb.put_item(TableName=TABLE, Item={**to_item({"profile_id": RULES_KEY}), "x": {"BS": [b"1"]}})
    assert "is not in a known format" in run()[2]
    table.dynamodb.delete_item(TableName=TABLE, Key=to_item({"profile_id": RULES_KEY}))
    for content, told in (
        ("{}", "make deploy-network ENV=dev"),
        ("[]", "as printed by"),
        ("{", "as printed by"),
    ):
        table.outputs.write_text(content)
        code, _, err = run()
        assert code == 1
        assert told in err


def test_what_fills_something_empty_tells_it_all() -> None:
    assert differences({"a": {}}, {"a": {"b": 1}}) == ["a.b: 1 is new"]
    assert differences({"a": [1]}, {"a": []}) == ["a[0]: 1 is gone"]
    assert differences({"a": {}}, {"a": []}) == ["a: {} -> []"]
    assert differences({"a": {}}, {}) == ["a: {} is gone"]
    assert differences({"a": 0.0, "b": [1]}, {"a": 0, "b": [1.0]}) == [], "one number, written in two ways"
    assert differences({"a": 1}, {"a": True}) == ["a: 1 -> true"]


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda members: st.lists(members, max_size=3) | st.dictionaries(st.sampled_from("abc"), members),
    max_leaves=8,
)


@given(before=documents, after=documents)
def test_documents_differ_by_words_exactly_when_they_differ(before: Any, after: Any) -> None:
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    assert (differences(before, after) == []) == same
    assert len(differences(before, after)) == len(differences(after, before))
