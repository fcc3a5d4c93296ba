"""`make controls`: lists and snoozes are set, shown and taken back; what cannot be meant is refused."""

import argparse
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.runtime.pseudonym import pseudonym
from stacks.compute.functions.detector.scoring import Controls, Standing
from stacks.compute.functions.verdicts.second_person import Limits
from stacks.compute.functions.verdicts.written import controls_after
from tests.unit.functions.builders import SECRET
from tests.unit.tools.analyst.api_in_memory import ANA, Api
from tests.unit.tools.analyst.records_in_memory import InMemory, records_in_memory
from tests.unit.tools.analyst.table import Table, table_in_memory
from tools.analyst import controls
from tools.analyst.controls import LONGEST_SNOOZE_DAYS, asked
from tools.analyst.times import TimeError, duration, moment, told
from tools.deploy.outputs import OperatorError

NOW = 1_795_392_000_000
HOUR = 3_600_000
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Table]:
    monkeypatch.setattr("tools.analyst.controls.time.time_ns", lambda: NOW * 1_000_000)
    with table_in_memory(monkeypatch, tmp_path) as table:
        yield table


def edited(item: dict[str, Any], options: argparse.Namespace) -> Controls:
    """What the function makes of what the command asks for."""
    body = {name: value for name, value in asked(options, NOW).items() if value is not None}
    return controls_after(body, Controls.from_item(item), Limits(30, 1000, rules_alone=True))


@pytest.fixture
def run(table: Table, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*options: str) -> tuple[int, str, str]:
        code = controls.main(["dev", "--outputs", str(table.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def read(table: Table, key: str) -> Controls:
    found = {item["profile_id"]: item for item in table.items()}
    return Controls.from_item(found[f"controls#{key}"])


def test_a_list_and_a_snooze_are_set_one_by_one_and_taken_back(run: Run, table: Table) -> None:
    assert run("--account", "a-1")[1] == "account a-1 of dev: on no list, not snoozed\n"
    assert table.items() == [], "looking changes nothing"
    code, out, _ = run("--account", "a-1", "--list", "deny", "--until", "2026-12-01", "--by", "Ana")
    assert code == 0
    assert out.startswith("account a-1 of dev: on the deny list until 2026-12-01 00:00 UTC\n  set 2026-")
    run("--account", "a-1", "--snooze", "2h", "--by", "Bo", "--note", "travelling")
    denied = Controls(Standing.DENY, moment("2026-12-01"), NOW + 2 * HOUR, 0, 1000)
    assert read(table, "account#a-1") == denied
    run("--account", "a-1", "--list", "none", "--by", "Cy")
    assert read(table, "account#a-1") == Controls(snoozed_until=NOW + 2 * HOUR, snoozed_up_to=1000)
    run("--account", "a-1", "--snooze", "none", "--by", "Di")
    assert read(table, "account#a-1") == Controls()
    [item] = table.items()
    history = table.history()
    assert [each["by"] for each in history] == ["Ana", "Bo", "Cy", "Di"]
    assert {each["identity"] for each in history} == {ANA}, "who signed, not who says so"
    assert history[1]["note"] == "travelling"
    assert all("expires_at" not in each for each in (item, *history))


def test_merchants_have_lists_of_their_own(run: Run, table: Table) -> None:
    assert run("--merchant", "m-1", "--list", "watch", "--by", "Ana")[1].startswith(
        "merchant m-1 of dev: on the watch list, no expiry\n"
    )
    assert read(table, "merchant#m-1") == Controls(Standing.WATCH)


def test_what_somebody_has_put_by_hand_is_kept_or_mended(run: Run, table: Table) -> None:
    table.put({"profile_id": "controls#account#a-1", "standing": "watch"})
    run("--account", "a-1", "--snooze", "1d", "--by", "Ana")
    assert read(table, "account#a-1") == Controls(Standing.WATCH, 0, NOW + 24 * HOUR, 0, 1000)
    table.put({"profile_id": "controls#account#a-2", "standing": "blocked"})
    code, _, err = run("--account", "a-2")
    assert code == 1
    assert "LIST=none" in err
    assert run("--account", "a-2", "--list", "none", "--by", "Ana")[0] == 0
    assert read(table, "account#a-2") == Controls()


@pytest.mark.parametrize(
    "options",
    [
        ["--list", "deny", "--by", "Ana"],
        ["--account", "a", "--merchant", "m"],
        ["--account", "a", "--list", "deny"],
        ["--account", "a", "--list", "grey", "--by", "Ana"],
        ["--account", "a", "--snooze", "2h", "--until", "2026-12-01", "--by", "Ana"],
        ["--account", "a", "--list", "none", "--until", "2026-12-01", "--by", "Ana"],
        ["--merchant", "m", "--snooze", "2h", "--by", "Ana"],
        ["--account", "a", "--by", "Ana", "--note", "card lost"],
        ["--account", "a", "--list", "deny", "--amount", "20", "--by", "Ana"],
    ],
)
def test_what_does_not_fit_together_is_refused(run: Run, table: Table, options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*options)
    assert ended.value.code == 2
    assert table.items() == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--account", "a b", "--list", "deny"], "is not a valid account id"),
        (["--account", "a\n", "--list", "deny"], "is not a valid account id"),
        (
            ["--account", "a", "--list", "deny", "--until", "2026-01-01"],
            "UNTIL: 2026-01-01 00:00 UTC is in the past",
        ),
        (["--account", "a", "--list", "deny", "--until", "soon"], "UNTIL: 'soon' is not a time"),
        (["--account", "a", "--snooze", "soon"], "SNOOZE: 'soon' is not a duration"),
        (["--account", "a", "--snooze", f"{LONGEST_SNOOZE_DAYS + 1}d"], "too long"),
        (["--account", "a", "--snooze", "2h", "--amount", "lots"], "AMOUNT: 'lots' is neither a whole"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(
    run: Run, table: Table, options: list[str], reason: str
) -> None:
    code, out, err = run(*options, "--by", "Ana")
    assert (code, out) == (1, "")
    assert reason in err
    assert table.items() == []


@given(
    standing=st.sampled_from([None, *Standing, "none"]),
    until=st.none() | st.integers(1, 10_000),
    snooze=st.sampled_from([None, "none", "5m", "3h", "30d"]),
    before=st.builds(Controls, st.none() | st.sampled_from(Standing), st.integers(0, 9), st.integers(0, 9)),
)
def test_an_edit_changes_what_it_names_and_nothing_else(
    standing: str | None, until: int | None, snooze: str | None, before: Controls
) -> None:
    time = None if until is None else told(NOW + until * HOUR).removesuffix(" UTC")
    options = argparse.Namespace(list=standing, until=time, snooze=snooze, amount=None)
    item = {name: value for name, value in before._asdict().items() if value is not None}
    after = edited(item, options)
    if standing is None:
        assert after[:2] == before[:2]
    elif standing == "none":
        assert after[:2] == (None, 0)
    else:
        assert after.standing == standing
        assert after.standing_until == (0 if until is None else NOW + until * HOUR)
    assert snooze or after.snoozed_until == before.snoozed_until
    assert snooze != "none" or after.snoozed_until == 0


@given(st.integers(1, 99_999), st.sampled_from("mhd"))
def test_durations(count: int, unit: str) -> None:
    assert duration(f"{count}{unit}") == count * {"m": 60_000, "h": HOUR, "d": 24 * HOUR}[unit]


@given(st.text(max_size=12))
def test_any_other_text_is_no_duration(text: str) -> None:
    assume(not re.fullmatch("[0-9]+[mhd]", text))
    with pytest.raises(TimeError, match=re.escape(repr(text))):
        duration(text)


@given(st.text(max_size=12))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        assert isinstance(moment(text), int)
    except TimeError:
        assert not re.fullmatch(r"20[0-9]{2}-1[0-2]-[0-2][1-9]", text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_of_iso_8601_is_a_moment(time: datetime) -> None:
    assert moment(time.isoformat()) == pytest.approx(time.timestamp() * 1000, abs=1)


def test_times_are_utc_where_they_say_nothing_else() -> None:
    assert moment("2026-12-01T18:00") == moment("2026-12-01T18:00Z") == moment("2026-12-01T19:00+01:00")
    assert told(moment("2026-12-01")) == "2026-12-01 00:00 UTC"
    with pytest.raises(OperatorError):
        asked(
            argparse.Namespace(list="deny", until="2026-12-01", snooze=None, amount=None),
            moment("2026-12-01"),
        )


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InMemory]:
    monkeypatch.setattr("tools.analyst.controls.time.time_ns", lambda: NOW * 1_000_000)
    with records_in_memory(monkeypatch, tmp_path) as memory:
        Api.over(memory.dynamodb).serve(monkeypatch)
        yield memory


@pytest.fixture
def ask(memory: InMemory, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*options: str) -> tuple[int, str, str]:
        code = controls.main(["dev", "--outputs", str(memory.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def test_a_pseudonym_or_a_transaction_leads_to_its_account(ask: Run, memory: InMemory) -> None:
    memory.alert("t-1", account_id="a-1")
    name = pseudonym("a-1", SECRET)
    decision = ("--list", "deny", "--by", "Ana")
    assert ask("--account", name, *decision)[1].startswith("account a-1 of dev: on the deny list, no expiry")
    assert ask("--transaction", "t-1")[1].startswith("account a-1 of dev: on the deny list, no expiry")
    code, _, err = ask("--account", "acct-0123456789abcdef", *decision)
    assert code == 1
    assert "no alert record names acct-0123456789abcdef" in err
    in_force = {item["profile_id"] for item in memory.items("profiles") if item["changed"] == "controls"}
    assert in_force == {"controls#account#a-1"}
    assert ask("--account", "acct-0123456789abcdef", *decision, "--as-given")[0] == 0
    assert ask("--account", "acct-11")[0] == 0


def test_all_that_is_in_force_is_shown_and_what_is_over_is_not(ask: Run, memory: InMemory) -> None:
    assert ask()[1] == "on a list or snoozed in dev: 0\n"
    ask("--account", "a-1", "--list", "deny", "--by", "Ana", "--note", "card lost")
    ask("--account", "a-2", "--snooze", "2h", "--by", "Bo")
    ask("--merchant", "m-1", "--list", "watch", "--until", "2026-12-01", "--by", "Cy")
    ask("--account", "a-3", "--list", "allow", "--until", "2026-12-02", "--by", "Di", "--note", "a shop")
    ask("--account", "a-3", "--list", "none", "--by", "Di")
    memory.put("profiles", {"profile_id": "account#a-1", "state": "{}", "revision": 1})
    memory.put("profiles", over("controls#account#a-4"))
    out = ask()[1]
    assert out.startswith("on a list or snoozed in dev: 3\n")
    assert "  account a-1: deny list, no expiry; " in out
    assert out.count("card lost") == 1
    assert "  account a-2: snooze up to 1000 USD until " in out
    assert "  merchant m-1: watch list until 2026-12-01 00:00 UTC; " in out
    history = ask("--history")[1]
    assert "by Di: account a-3: allow list up to 1000 USD until 2026-12-02 00:00 UTC: a shop" in history
    assert "by Di: account a-3: on no list, not snoozed" in history


def over(profile_id: str) -> dict[str, object]:
    until = {"standing": "deny", "standing_until": NOW - 1}
    return {"profile_id": profile_id, "changed": "controls", "at": NOW - HOUR, "by": "Ed", **until}


def test_the_changes_of_one_are_shown_the_latest_first(run: Run) -> None:
    run("--account", "a-1", "--list", "deny", "--by", "Ana")
    run("--account", "a-1", "--list", "watch", "--by", "Bo", "--note", "found it")
    lines = run("--account", "a-1", "--history")[1].splitlines()
    assert lines[-2].endswith("by Bo: watch list, no expiry (found it)")
    assert lines[-1].endswith("by Ana: deny list, no expiry")
    assert run("--account", "a-2", "--history")[1].endswith("  no changes yet\n")


def test_a_list_that_is_none_is_told_in_plain_words(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--account", "a", "--list", "dney", "--by", "Ana")
    assert (
        capsys.readouterr().err
        == "error: LIST=dney: not a valid list; choose from allow, watch, deny, none\n"
    )
