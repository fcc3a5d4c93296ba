"""Rules tried on recent payments before they are published, a budget of alerts, and a challenger's days."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.scoring import (
    RULES_PATH,
    Scorer,
    Transaction,
    load_rules,
    parse_rules,
)
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from tests.unit.functions.builders import NOW
from tests.unit.tools.analyst.table import Table, table_in_memory
from tools.analyst import challenger, rules
from tools.analyst.comparison import compared
from tools.analyst.records.payments import Challenge, Payment, payments
from tools.analyst.trying import MAXIMUM_ALERT_RATIO, Trying
from tools.deploy.outputs import OperatorError

DAY = 86_400_000
SHIPPED = json.loads(RULES_PATH.read_text())
RULES = load_rules()

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Table]:
    with table_in_memory(monkeypatch, tmp_path) as table:
        monkeypatch.setattr("time.time_ns", lambda: NOW * 1_000_000)
        yield table


@pytest.fixture
def run(table: Table, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*options: str, module: Any = rules) -> tuple[int, str, str]:
        code = module.main(["dev", "--outputs", str(table.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def with_limit(dollars: float | None, version: str = "mine") -> str:
    """The shipped rules, by which an amount is an alert, whoever pays it."""
    limits = {} if dollars is None else {"USD": dollars}
    limit = {"mode": "alert", "points": 15, "limits": limits}
    return json.dumps(
        {**SHIPPED, "version": version, "rules": {**SHIPPED["rules"], "amount_limit": limit}}, indent=1
    )


IN_FORCE = parse_rules(with_limit(200, "in-force").encode())


def payment(number: int, amount: float, **changes: Any) -> Payment:
    """One of a stream: 20 accounts, every hour one, the latest a minute ago."""
    at = NOW - 60_000 - (600 - number) * 3_600_000
    paid = Transaction(f"t-{number:04}", at, f"a-{number % 20}", "m-1", amount, "USD")
    values: dict[str, Any] = {
        "transaction": paid, "received_at": at, "score": 0.01, "suspicious": False, "held_back": False,
        "rules_version": IN_FORCE.version, "reasons": (), "shadow": (), "challenge": None, "is_fraud": None,
        **changes,
    }  # fmt: skip
    return Payment(**values)


def stream() -> list[Payment]:
    """25 days of payments; one in 30 is of 210 dollars or more."""
    return [payment(number, 210.0 + number / 100 if number % 30 == 0 else 20.0) for number in range(600)]


def trying(found: list[Payment] | None = None, days: float = 28) -> Trying:
    return Trying(stream() if found is None else found, IN_FORCE, NOW, days)


def test_a_file_that_would_silence_or_multiply_alerts_is_refused() -> None:
    tried = trying()
    assert sum(each.suspicious for each in tried.before) == pytest.approx(14, abs=1)
    compared = tried.compared(IN_FORCE)[1]
    assert compared.startswith("in the replay, the rules in force raise 14 alerts, the new rules 14")
    with pytest.raises(OperatorError, match=r"no alerts, the rules in force 14.*FORCE=yes"):
        tried.compared(parse_rules(with_limit(100_000).encode()))
    with pytest.raises(OperatorError, match=rf"more than {MAXIMUM_ALERT_RATIO:g} times as many.*FORCE=yes"):
        tried.compared(parse_rules(with_limit(10).encode()))
    assert trying([]).compared(RULES) == ["no stored payments to try the rules on"]


def test_what_a_list_kept_quiet_is_no_alert_of_the_rules() -> None:
    quiet = [each._replace(held_back=True) for each in stream()]
    assert not any(each.suspicious for each in trying(quiet).before)


def test_accounts_have_a_week_of_history_before_they_are_counted() -> None:
    tried = trying()
    assert tried.since == stream()[0].transaction.timestamp + 7 * DAY
    assert trying(days=3).days == pytest.approx(3)
    assert trying(stream()[-10:]).days == 1


@pytest.mark.parametrize("per_day", [0.25, 0.5])
def test_a_budget_chooses_among_what_the_rules_in_force_recorded(per_day: float) -> None:
    marked = [
        each._replace(score=0.5 + number / 2000, is_fraud=number % 60 == 0)
        if number % 30 == 0
        else each._replace(score=number / 10_000)
        for number, each in enumerate(stream())
    ]
    tried = trying(marked)
    found = tried.threshold(IN_FORCE, per_day)
    assert found.per_day == pytest.approx(per_day, rel=0.2)
    assert found.claimed == pytest.approx(0.72, abs=0.08)
    assert found.precision == pytest.approx(0.5, abs=0.15)
    assert found.value == pytest.approx(212 * per_day / 2, rel=0.3)
    assert len(found.weeks) == 2
    other = [each._replace(rules_version="before") for each in marked]
    assert trying(other).threshold(IN_FORCE, per_day).threshold != found.threshold, (
        "of others, nothing is known"
    )
    with pytest.raises(OperatorError, match="exceed the payments"):
        tried.threshold(IN_FORCE, 1_000)


def put(table: Table, found: list[Payment]) -> None:
    """Store payments as ingest and detector do, 25 at once."""
    items = []
    for each in found:
        values = {name: value for name, value in each.transaction._asdict().items() if value is not None}
        decision: dict[str, Any] = {
            "suspicious": each.suspicious,
            "decided_at": each.received_at,
            "score": str(each.score),
            "rules_version": each.rules_version,
        }
        if each.challenge:
            decision["challenger"] = {**each.challenge._asdict(), "score": str(each.challenge.score)}
        item = {
            **values,
            "amount": str(each.transaction.amount),
            "received_at": each.received_at,
            "trace_header": "",
        }
        items.append(_wire({**item, "decision": decision}))
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        table.dynamodb.batch_write_item(RequestItems={"transactions-dev": puts})


def _wire(item: dict[str, Any]) -> dict[str, Any]:
    wired = to_item(item)
    wired["amount"] = {"N": item["amount"]}
    for part in (wired["decision"]["M"], wired["decision"]["M"].get("challenger", {}).get("M", {})):
        if "score" in part:
            part["score"] = {"N": part["score"]["S"]}
    return wired


def test_the_command_tries_a_file_before_it_publishes_it(run: Run, table: Table, tmp_path: Path) -> None:
    put(table, [each._replace(rules_version=RULES.version) for each in stream()])
    loud = tmp_path / "loud.json"
    loud.write_text(with_limit(10))
    code, _, error = run("--file", str(loud), "--by", "Ana")
    assert (code, table.items()) == (1, [])
    assert "times as many. To publish anyway: FORCE=yes" in error
    mild = tmp_path / "mild.json"
    mild.write_text(with_limit(100_000))
    code, out, _ = run("--file", str(mild), "--by", "Ana")
    assert code == 0
    assert "in the replay, the rules in force raise 0 alerts, the new rules 0" in out
    assert run("--file", str(loud), "--by", "Ana", "--force")[0] == 0


def test_a_budget_is_published_as_a_threshold(run: Run, table: Table) -> None:
    scores = [each._replace(score=number / 1000) for number, each in enumerate(stream())]
    put(table, [each._replace(rules_version=RULES.version) for each in scores])
    code, out, error = run("--alerts-per-day", "2", "--by", "Ana")
    assert code == 0, error
    [item] = table.items()
    published = json.loads(item["rules"])
    assert published["alert_threshold"] == pytest.approx(0.6 - 2 * 18 / 1000, abs=0.002)
    assert {**published, "alert_threshold": 0, "version": 0} == {
        **SHIPPED,
        "alert_threshold": 0,
        "version": 0,
    }
    assert "2.0 alerts a day; by week 0.0, 5.1" in out
    assert "expected precision: 58% from the scores; none has a verdict" in out


def test_the_days_of_a_challenger(run: Run, table: Table, tmp_path: Path) -> None:
    assert "there is no challenger" in run(module=challenger)[2]
    file = tmp_path / "bold.json"
    file.write_text(with_limit(100, "bold"))
    version = parse_rules(file.read_bytes()).version
    code, out, _ = run("--challenger", str(file), "--by", "Ana", "--note", "more")
    assert code == 0
    assert f"challenger: {version}, by Ana" in out
    assert "nothing to do" in run("--challenger", str(file), "--by", "Ana")[1]
    assert f"challenger: {version}" in run()[1]
    assert "has not scored" in run(module=challenger)[2], "no payment yet"

    champion = [
        payment(590 + n, 150.0, suspicious=n in {1, 2}, score=0.9 if n in {1, 2} else 0.1) for n in range(8)
    ]
    scored = [
        each._replace(challenge=Challenge(version, 0.8 if n in {2, 3, 4} else 0.01, n in {2, 3, 4}))
        for n, each in enumerate(champion)
    ]
    put(table, scored)
    for n, verdict in (
        (1, "legitimate"),
        (2, "confirmed_fraud"),
        (3, "confirmed_fraud"),
        (6, "confirmed_fraud"),
    ):
        stored = table.memory.tables().transactions(scored[n].transaction.transaction_id)[0]
        table.memory.decide(stored, verdict)
    code, out, error = run("--since", "2d", module=challenger)
    assert code == 0, error
    rows = {line[:20].strip(): line[20:].split() for line in out.splitlines() if line.startswith("  ")}
    assert rows["both"] == ["1", "1.0", "1", "0", "0", "100.0%", "150"]
    assert rows["in force alone"] == ["1", "1.0", "0", "1", "0", "0.0%", "0"]
    assert rows["challenger alone"] == ["2", "2.0", "1", "0", "1", "100.0%", "150"]
    assert "fraud that neither found: 1, 150 USD" in out
    assert scored[4].transaction.transaction_id in out, "worth a look"
    assert scored[3].transaction.transaction_id not in out

    code, out, error = run("--promote", "--by", "Ben", "--force")
    assert code == 0, error
    items = {each["profile_id"]: each for each in table.items()}
    assert items[RULES_KEY]["rules"] == items[CHALLENGER_KEY]["rules"] == file.read_text()
    assert run("--challenger", "none", "--by", "Ana")[0] == 0
    assert "there is no challenger" in run("--promote", "--by", "Ben")[2]
    history = run("--history")[1]
    assert "Ana: challenge ended" in history
    assert f"Ana: challenger {version} (more)" in history


def test_only_payments_that_both_scored_are_compared() -> None:
    some = stream()[:3]
    assert compared(some, "bold+1") is None
    mixed = [
        some[0]._replace(challenge=Challenge("bold+1", 0.5, suspicious=True)),
        some[1]._replace(challenge=Challenge("bold+2", 0.5, suspicious=True)),
        some[2]._replace(challenge=Challenge("bold+1", 0.5, suspicious=False), score=None),
    ]
    found = compared(mixed, "bold+1")
    assert found is not None
    assert (found.payments, found.rows[1].alerts) == (1, 1)


def test_payments_are_read_with_what_was_decided(table: Table) -> None:
    version = Scorer(RULES).rules.version
    paid = payment(1, 33.0, rules_version=version, challenge=Challenge("c+1", 0.25, suspicious=True))
    put(table, [paid, payment(0, 20.0)])
    table.memory.pay("undecided", timestamp=NOW - 5, received_at=NOW - 5)
    found = payments(table.memory.tables())
    assert found[1] == paid
    assert found[2].score is None
    assert [each.transaction.transaction_id for each in found] == ["t-0000", "t-0001", "undecided"]
    assert payments(table.memory.tables(), since=NOW - 10) == found[2:]
