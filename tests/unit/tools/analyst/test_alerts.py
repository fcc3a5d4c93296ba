"""`make alerts`, `make account`: what is listed, by whatever an account is called, and what is exported."""

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError

from shared.runtime.alerts import INDEX_KEYS, INDEXED, AlertStatus
from shared.runtime.pseudonym import pseudonym
from stacks.compute.functions.detector.scoring import AccountProfile
from stacks.compute.functions.detector.scoring.account import Remembered
from tests.unit.functions.builders import NOW, SECRET
from tests.unit.tools.analyst.records_in_memory import ENVIRONMENT, InMemory, records_in_memory
from tools.analyst import account, alerts, verdict
from tools.analyst.records.alert import Alert

Run = Callable[..., tuple[int, str, str]]
DAY = 86_400_000


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InMemory]:
    monkeypatch.setattr("time.time_ns", lambda: NOW * 1_000_000)
    with records_in_memory(monkeypatch, tmp_path) as memory:
        yield memory


@pytest.fixture
def run(memory: InMemory, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(command: ModuleType, *options: str) -> tuple[int, str, str]:
        code = command.main([ENVIRONMENT, "--outputs", str(memory.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def listed(out: str) -> list[str]:
    return [json.loads(line)["transaction_id"] for line in out.splitlines()]


def test_open_alerts_are_listed_the_latest_first_and_groups_are_none(run: Run, memory: InMemory) -> None:
    memory.alert("t-1", received_at=NOW - 3000)
    memory.alert("t-2", received_at=NOW - 1000)
    memory.decide(memory.alert("t-3"), "legitimate")
    memory.put("alerts", {"alert_id": "group#account-1", "account_id": "account-1", "revision": 1})
    code, out, _ = run(alerts)
    assert code == 0
    head, columns, *rows, then = out.splitlines()
    assert head == "OPEN alerts of dev, the last 30d: 2"
    assert then.endswith("make verdict ENV=dev TRANSACTION=id VERDICT=confirmed_fraud BY=name")
    assert columns.split() == [
        "received", "status", "score", "amount", "account", "merchant", "transaction", "reasons",
    ]  # fmt: skip
    assert ["t-2" in rows[0], "t-1" in rows[1]] == [True, True]
    assert listed(run(alerts, "--json", "--status", "ALL")[1]) == ["t-2", "t-1", "t-3"]


def test_filters_leave_out_what_does_not_fit(run: Run, memory: InMemory) -> None:
    memory.alert("t-1", account_id="a-1", received_at=NOW - 2 * DAY)
    memory.alert("t-2", account_id="a-2")
    assert listed(run(alerts, "--json", "--account", "a-1")[1]) == ["t-1"]
    assert listed(run(alerts, "--json", "--account", pseudonym("a-2", SECRET))[1]) == ["t-2"]
    assert listed(run(alerts, "--json", "--since", "1d")[1]) == ["t-2"]
    assert listed(run(alerts, "--json", "--reason", "velocity")[1]) == []
    assert listed(run(alerts, "--json", "--reason", "amount_limit")[1]) == ["t-2", "t-1"]
    none = "CONFIRMED_FRAUD alerts of dev, since 2026-01-01: 0\nwhatever was decided: STATUS=ALL\n"
    assert run(alerts, "--status", "CONFIRMED_FRAUD", "--since", "2026-01-01")[1] == none


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "SINCE='yesterday' is not a time"),
        (("--account", "acct-0123456789abcdef"), "make account ENV=dev TRANSACTION=id"),
    ],
)
def test_what_cannot_be_meant_is_told(run: Run, options: tuple[str, str], said: str) -> None:
    code, out, err = run(alerts, *options)
    assert (code, out) == (1, "")
    assert said in err


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("ExpiredTokenException", "Renew your AWS credentials until `aws sts get-caller-identity` succeeds"),
        ("ResourceNotFoundException", "make outputs ENV=dev"),
        ("AccessDeniedException", "make rights ENV=dev"),
        (None, "Is this machine online?"),
    ],
)
def test_what_aws_refuses_is_told_with_what_to_do_next(
    run: Run, monkeypatch: pytest.MonkeyPatch, code: str | None, then: str
) -> None:
    def refused(*_: object) -> None:
        if code is None:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Query")

    monkeypatch.setattr(BaseClient, "_make_api_call", refused)
    exit_code, out, err = run(alerts)
    assert (exit_code, out) == (1, "")
    assert err.startswith("error: could not read alerts-dev: ")
    assert then in err.splitlines()[1]


def test_control_characters_of_a_record_reach_no_terminal(run: Run, memory: InMemory) -> None:
    memory.alert("t-1", merchant_id="m\x1b[31m\n\u202eevil")
    out = run(alerts)[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "m?[31m??evil" in out


def test_the_index_holds_all_that_a_list_shows(memory: InMemory) -> None:
    paid = memory.alert("t-1", country="DE", device_id="d-1", merchant_category="5411")
    memory.decide(paid, "confirmed_fraud", note="card lost")
    tables = memory.tables()
    [by_index] = tables.alerts(AlertStatus.CONFIRMED_FRAUD)
    whole = tables.alert(paid.alert_id)
    assert whole == by_index, "what the index lacks must be read from the record itself"
    assert {"alert_id", *INDEX_KEYS, *INDEXED} >= set(Alert.__dataclass_fields__) - {
        "revision", "earlier_verdicts", "base",
    }  # fmt: skip


def test_a_query_goes_on_where_an_answer_ends(run: Run, memory: InMemory) -> None:
    for number in range(3):
        memory.alert(f"t-{number}", received_at=NOW - number)
    whole = memory.dynamodb.query
    memory.tables()
    tables = memory.tables()
    tables._dynamodb.query = lambda **arguments: whole(**arguments, Limit=1)
    assert [each.transaction_id for each in tables.alerts(AlertStatus.OPEN)] == ["t-0", "t-1", "t-2"]


def test_a_record_that_nobody_of_us_wrote_is_left_out_and_told(run: Run, memory: InMemory) -> None:
    memory.alert("t-1")
    memory.put("alerts", {"alert_id": "by-hand", "status": "OPEN", "received_at": NOW})
    code, out, err = run(alerts, "--json")
    assert (code, listed(out)) == (0, ["t-1"])
    assert err == "left out: 1 alert records are unreadable, including by-hand\n"


def test_points_are_shown_where_reasons_have_them_and_sum_to_the_score(memory: InMemory) -> None:
    paid = memory.alert("t-1", score="0.75")
    [item] = memory.items("alerts")
    points = [{**item["reasons"][0], "points": Decimal(each)} for each in ("-0.4", "2.5")]
    memory.put("alerts", {**item, "reasons": points, "base": Decimal("-1.0014")})
    alert = memory.tables().alert(paid.alert_id)
    assert alert is not None
    assert alert.base is not None
    assert [reason.points for reason in alert.reasons] == [Decimal("2.5"), Decimal("-0.4")]
    total = alert.base + sum(reason.points for reason in alert.reasons if reason.points is not None)
    assert 1 / (1 + math.exp(-float(total))) == pytest.approx(0.75, abs=0.001)


def test_reasons_without_points_have_a_share_and_no_base(memory: InMemory) -> None:
    paid = memory.alert("t-1")
    [item] = memory.items("alerts")
    reason = {name: value for name, value in item["reasons"][0].items() if name != "points"}
    memory.put("alerts", {**{name: item[name] for name in item if name != "base"}, "reasons": [reason]})
    alert = memory.tables().alert(paid.alert_id)
    assert alert is not None
    assert (alert.reasons[0].points, alert.base) == (None, None)
    assert alert.reasons[0].weight == alert.reasons[0].contribution > 0


def test_an_account_is_told_in_words_and_exported_whole(run: Run, memory: InMemory, tmp_path: Path) -> None:
    paid = memory.alert("t-1", account_id="a-1")
    memory.put("profiles", profile_item("a-1", [(NOW - DAY, 10.0), (NOW, 30.0)]))
    memory.put("profiles", {"profile_id": "controls#account#a-1", "standing": "watch", "at": NOW, "by": "Bo"})
    code, out, _ = run(account, "--transaction", "t-1")
    assert code == 0
    assert out.startswith(f"account a-1 of dev, {pseudonym('a-1', SECRET)} in mails\n  2 payments learnt")
    assert "usually pays about 20.00 US dollars: the median of its last 2" in out
    assert "watch list, no expiry" in out
    target = tmp_path / "a-1.json"
    assert run(account, "--account", "a-1", "--out", str(target))[0] == 0
    written = json.loads(target.read_text())
    assert written["profile"]["profile_id"] == "account#a-1"
    assert [each["alert_id"] for each in written["alerts"]] == [paid.alert_id]


def test_an_account_without_anything_is_no_fault(run: Run) -> None:
    code, out, _ = run(account, "--account", "a-none")
    assert code == 0
    assert "no profile" in out
    code, _, err = run(account, "--transaction", "t-none")
    assert code == 1
    assert "transaction t-none is not stored" in err


def test_a_verdict_on_an_account_needs_its_one_open_alert(run: Run, memory: InMemory) -> None:
    given = ("--verdict", "legitimate", "--by", "Ana", "--account", "a-1")
    assert "has no open alert" in run(verdict, *given)[2]
    for number in (1, 2):
        memory.alert(f"t-{number}", account_id="a-1")
    code, _, err = run(verdict, *given)
    assert code == 1
    assert "has 2 open alerts" in err
    assert "TRANSACTION=t-1 TIMESTAMP=" in err


def profile_item(account_id: str, payments: list[tuple[int, float]]) -> dict[str, object]:
    """A profile as the detector stores it."""
    profile = AccountProfile()
    profile.count, profile.first_at, profile.last_at = len(payments), payments[0][0], payments[-1][0]
    profile.recent = [Remembered(at, number, amount, 0) for number, (at, amount) in enumerate(payments)]
    return {"profile_id": f"account#{account_id}", "revision": 1, "state": profile.to_state()}
