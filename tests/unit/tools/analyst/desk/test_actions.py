"""A verdict waits a moment, is taken back or recorded once, and what was not recorded is kept and told."""

import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.unit.tools.analyst.desk.test_filters import alert
from tools.analyst.desk import actions
from tools.analyst.desk.actions import Verdicts
from tools.deploy.outputs import OperatorError

if TYPE_CHECKING:
    from tools.analyst.desk.model import Model
    from tools.deploy.signed_api import SignedApi

FOREVER = 3600.0


class Api:
    """Stands for the API: takes verdicts, or refuses them."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []
        self.fault = ""

    def give(self, _api: object, _url: str, transaction_id: str, body: dict[str, Any]) -> None:
        if self.fault:
            raise OperatorError(self.fault)
        self.given.append({"transaction_id": transaction_id, **body})


class Records:
    """Stands for the model."""

    def __init__(self) -> None:
        self.reread_ids: list[str] = []

    def reread(self, alert_id: str) -> None:
        self.reread_ids.append(alert_id)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    monkeypatch.setattr(actions, "give", api.give)
    return api


def verdicts(seconds: float) -> tuple[Verdicts, Records]:
    records = Records()
    made = Verdicts(cast("SignedApi", None), "https://api", "ana", cast("Model", records), seconds)
    return made, records


def wait(done: Any) -> None:
    for _ in range(500):
        if done():
            return
        threading.Event().wait(0.01)
    raise AssertionError("never happened")


def test_a_verdict_is_recorded_once_after_its_moment(api: Api) -> None:
    waiting, records = verdicts(0.01)
    waiting.decide(alert(1), "confirmed_fraud", "lost")
    wait(lambda: not waiting.pending())
    assert api.given == [
        {
            "transaction_id": "t-1",
            "verdict": "confirmed_fraud",
            "decided_by": "ana",
            "timestamp": alert(1).timestamp,
            "note": "lost",
        }
    ]
    assert records.reread_ids == ["id-1"]
    assert waiting.undo("id-1") is None, "too late"


def test_undo_takes_it_back_and_another_verdict_takes_its_place(api: Api) -> None:
    waiting, _ = verdicts(FOREVER)
    waiting.decide(alert(1), "confirmed_fraud", "")
    undone = waiting.undo("id-1")
    assert undone is not None
    assert undone.verdict == "confirmed_fraud"
    waiting.decide(alert(1), "confirmed_fraud", "")
    waiting.decide(alert(1), "legitimate", "")
    waiting.close()
    assert [each["verdict"] for each in api.given] == ["legitimate"]
    assert "note" not in api.given[0]


def test_closing_sends_what_waits(api: Api) -> None:
    waiting, _ = verdicts(FOREVER)
    for number in range(3):
        waiting.decide(alert(number), "legitimate", "")
    waiting.close()
    assert {each["transaction_id"] for each in api.given} == {"t-0", "t-1", "t-2"}
    assert waiting.pending() == {}


def test_what_is_refused_is_kept_with_its_reason_until_it_is_dropped_or_tried_again(api: Api) -> None:
    waiting, records = verdicts(0.01)
    api.fault = "503 busy: Later."
    waiting.decide(alert(1), "legitimate", "n")
    wait(lambda: waiting.pending().get("id-1") and waiting.pending()["id-1"].fault)
    assert (waiting.pending()["id-1"].fault, records.reread_ids) == ("503 busy: Later.", [])
    version = waiting.version
    assert waiting.undo("id-1") is not None
    assert waiting.pending() == {}
    assert waiting.version > version, "pages are told"
    api.fault = ""
    waiting.decide(alert(1), "legitimate", "n")
    wait(lambda: api.given)
