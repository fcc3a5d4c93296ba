"""The alerts in memory: up to date by what is new, never behind what was seen, and kept when AWS refuses."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import history_key
from stacks.compute.functions.verdicts.record import history_entry
from stacks.compute.functions.verdicts.request import VerdictRequest
from tests.unit.functions.builders import NOW
from tests.unit.tools.analyst.records_in_memory import InMemory, records_in_memory
from tools.analyst.desk.history import LISTED, History
from tools.analyst.desk.measuring import KEPT_MILLISECONDS, Background, Measured, UnfinishedError
from tools.analyst.desk.model import Model
from tools.analyst.records import audit
from tools.analyst.records.tables import Tables
from tools.deploy.outputs import OperatorError

DAY = 86_400_000


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InMemory]:
    with records_in_memory(monkeypatch, tmp_path) as memory:
        yield memory


def ids(model: Model) -> set[str]:
    return {alert.transaction_id for alert in model.all()}


def test_a_look_finds_what_is_new_and_what_was_decided(memory: InMemory) -> None:
    model = Model(memory.tables(), 30, lambda: NOW)
    memory.alert("old", received_at=NOW - 31 * DAY)
    first = memory.alert("t-1", received_at=NOW - DAY)
    model.look(whole=True)
    assert ids(model) == {"t-1"}
    version = model.version
    model.look(whole=False)
    assert model.version == version, "nothing is new: no page is drawn anew"
    memory.alert("t-2")
    model.look(whole=False)
    assert ids(model) == {"t-1", "t-2"}
    memory.decide(first, "legitimate")
    model.look(whole=False)
    found = model.get(first.alert_id)
    assert found is not None
    assert found.is_open, "it is older than what a quick look asks for"
    model.look(whole=True)
    assert {alert.status for alert in model.all()} == {AlertStatus.OPEN, AlertStatus.LEGITIMATE}
    assert model.version > version


def test_what_was_seen_recorded_stays_seen_though_the_index_is_behind(memory: InMemory) -> None:
    model = Model(memory.tables(), 30, lambda: NOW)
    paid = memory.alert("t-1")
    before = memory.items("alerts")[0]
    model.look(whole=True)
    memory.decide(paid, "confirmed_fraud")
    model.reread(paid.alert_id)
    memory.put("alerts", before)
    model.look(whole=True)
    found = model.get(paid.alert_id)
    assert found is not None
    assert found.status is AlertStatus.CONFIRMED_FRAUD


def test_a_refusal_is_told_and_what_was_known_stays(memory: InMemory) -> None:
    model = Model(memory.tables(), 30, lambda: NOW)
    memory.alert("t-1")
    model.look(whole=True)
    memory.dynamodb.delete_table(TableName="alerts-dev")
    model.look(whole=True)
    assert "could not read alerts-dev" in model.error
    assert ids(model) == {"t-1"}


def test_payments_are_kept_for_a_while_and_read_anew_for_a_later_alert(memory: InMemory) -> None:
    now = [NOW]
    measured = Measured(memory.tables(), lambda: now[0])
    assert measured.read() == []
    paid = memory.alert("t-1", received_at=NOW + 1)
    now[0] += 2
    assert measured.read() == []
    found = [each.transaction.transaction_id for each in measured.read(since=paid.received_at or 0)]
    assert found == ["t-1"]
    memory.alert("t-2", received_at=NOW + 2)
    assert len(measured.read(since=NOW + 1)) == 1
    now[0] += KEPT_MILLISECONDS
    assert len(measured.read()) == 2


def test_what_takes_long_is_made_once_for_all_who_ask_and_anew_for_another_version() -> None:
    now, made, gate = [NOW], [], threading.Event()
    background = Background(lambda: now[0], patience_seconds=0)

    def make() -> int:
        made.append(now[0])
        assert gate.wait(60)
        return len(made)

    for version in ("rules 1", "rules 1", "rules 2"):
        with pytest.raises(UnfinishedError):
            background.made("drift", version, make)
    gate.set()
    background.patience_seconds = 60
    assert background.made("drift", "rules 1", make) == 1
    assert background.made("drift", "rules 2", make) == 2
    now[0] += KEPT_MILLISECONDS
    assert background.made("drift", "rules 2", make) == 3


def test_what_could_not_be_made_is_told_and_tried_again() -> None:
    background = Background(lambda: NOW, patience_seconds=60)

    def refused() -> int:
        raise OperatorError("refused")

    with pytest.raises(OperatorError, match="refused"):
        background.made("drift", 1, refused)
    assert background.made("drift", 1, lambda: 7) == 7


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items each request for them was answered with."""
    counts: list[int] = []
    asked = Tables._call

    def counting(self: Tables, method: str, **arguments: Any) -> Any:
        answer = asked(self, method, **arguments)
        counts.append(len(answer.get("Items", [0])))
        return answer

    monkeypatch.setattr(Tables, "_call", counting)
    return counts


def test_a_page_reads_of_the_history_only_what_is_new(memory: InMemory, read: list[int]) -> None:
    key, times = "controls#account#a-1", [NOW - (31 - each) * DAY // 12 for each in range(31)]
    long_ago = NOW - 60 * DAY
    for revision, at in enumerate([long_ago, *times], start=1):
        item = {"by": "Ana", "standing": "deny", "at": at, "revision": revision}
        memory.put("profiles", {**item, "profile_id": history_key(key, revision), "changed": "history"})
    in_force = {**item, "profile_id": key, "changed": "controls"}
    history = History(memory.tables(), Model(memory.tables(), 30, lambda: NOW))
    assert len(history.entries()) == 31
    del read[:]
    assert len(history.entries()) == 31
    assert read == [1], "the latest one, which is within the overlap"
    del read[:]
    assert [entry.at for entry in history.of(key, in_force)] == times[::-1][:LISTED]
    assert read == [1]
    del read[:]
    early = {**item, "profile_id": key, "changed": "controls", "at": times[0], "revision": 2}
    assert [entry.at for entry in history.of(key, early)] == [times[0], long_ago]
    assert read == [1, 1], "the change that is older than the days of the desk is asked for by its key"


def test_records_are_read_whole_only_where_the_history_lacks_a_verdict(
    memory: InMemory, read: list[int]
) -> None:
    paid = [memory.alert(f"t-{each}") for each in range(3)]
    for each in paid:
        memory.decide(each, "legitimate", revision=2)
    for revision in (1, 2):
        request = VerdictRequest(
            transaction_id="t-0",
            timestamp=None,
            verdict="legitimate",
            decided_by="Ana",
            note=None,
            caller="arn:x",
        )
        memory.put("profiles", history_entry(request, paid[0], revision, NOW - 3 + revision))
    tables = memory.tables()
    del read[:]
    found = audit.entries(tables)
    assert len(read) == 6 + 2, "by status and by kind, and the records of the two that the history lacks"
    assert sum(entry.subject == "transaction t-0" for entry in found) == 2
