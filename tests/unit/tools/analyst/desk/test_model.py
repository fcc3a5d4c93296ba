"""The alerts in memory: up to date by what is new, never behind what was seen, and kept when AWS refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.runtime.alerts import AlertStatus
from tests.unit.functions.builders import NOW
from tests.unit.tools.analyst.records_in_memory import InMemory, records_in_memory
from tools.analyst.desk.measuring import KEPT_MILLISECONDS, Measured
from tools.analyst.desk.model import Model

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
