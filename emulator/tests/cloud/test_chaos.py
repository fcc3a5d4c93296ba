"""Chaos strikes by the seed alone, and at a call does what it is called after."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from emulator.cloud import chaos, taps
from emulator.cloud.calls import Call
from emulator.cloud.chaos import Chaos, Plan, Strike
from emulator.cloud.chaotic_calls import ChaoticCalls
from emulator.cloud.http_server import ConnectionCutError, HttpRequest, HttpResponse

SUBJECT = r"order-\d+"
ORDERS = [f"order-{number}" for number in range(400)]
DONE = HttpResponse(200, b"done")


def chaos_of(directory: Path, seed: float = 1, **rates: float) -> Chaos:
    made = Chaos(directory)
    chaos.write(directory, Plan(int(seed), SUBJECT, rates))
    return made


def struck(made: Chaos, orders: Iterable[str]) -> set[str]:
    return {
        each for each in orders if made.strikes(Strike.CALL_REFUSED, "sqs:SendMessage", f"<{each}>".encode())
    }


def test_the_same_seed_strikes_the_same_whatever_the_order(tmp_path: Path) -> None:
    first = struck(chaos_of(tmp_path, call_refused=0.1), ORDERS)
    assert first == struck(chaos_of(tmp_path, call_refused=0.1), reversed(ORDERS))
    assert first != struck(chaos_of(tmp_path, call_refused=0.1, seed=2), ORDERS)
    assert 20 < len(first) < 65, "about a tenth"


def test_the_journal_tells_what_struck_where(tmp_path: Path) -> None:
    found = struck(chaos_of(tmp_path, call_refused=0.1), ORDERS)
    lines = [json.loads(line) for line in (tmp_path / chaos.JOURNAL_FILE).read_text().splitlines()]
    assert {line["subject"] for line in lines} == found
    assert {(line["kind"], line["place"], line["occurrence"]) for line in lines} == {
        ("call_refused", "sqs:SendMessage", 0)
    }
    assert chaos.strikes(tmp_path) == {"call_refused": len(found)}


def test_nothing_strikes_without_a_plan_or_after_its_end(tmp_path: Path) -> None:
    made = chaos_of(tmp_path, call_refused=1.0)
    assert struck(made, ORDERS[:3]) == set(ORDERS[:3])
    chaos.write(tmp_path, None)
    assert struck(made, ORDERS[:3]) == set()
    assert not made.outage(Strike.PIPE_STOPPED, "pipe", b"")
    assert struck(Chaos(tmp_path), ORDERS) == set(), "a plan of an earlier run is gone"


def test_an_outage_lasts(tmp_path: Path) -> None:
    made = Chaos(tmp_path)
    chaos.write(tmp_path, Plan(1, SUBJECT, {"pipe_stopped": 1.0}, outage_seconds=60))
    assert made.outage(Strike.PIPE_STOPPED, "pipe", b"a")
    chaos.write(tmp_path, Plan(1, SUBJECT, {}, outage_seconds=60))
    assert made.outage(Strike.PIPE_STOPPED, "pipe", b"b"), "it goes on"
    assert not made.outage(Strike.PIPE_STOPPED, "another pipe", b"b")


@pytest.mark.parametrize("rates", [{"call_refused": 1.5}, {"no_such_kind": 0.1}])
def test_a_plan_that_cannot_be_is_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|Strike"):
        Plan(1, SUBJECT, rates)


class Caller:
    """A function's process that calls, and AWS behind it."""

    def __init__(self, directory: Path, **rates: float) -> None:
        self.calls = ChaoticCalls(chaos_of(directory, **rates))
        self.done: list[str] = []

    def call(self, service: str, operation: str) -> int:
        request = HttpRequest("POST", "/", {}, b"{}")

        def answer() -> HttpResponse:
            self.done.append(operation)
            return DONE

        return self.calls.answer("key", Call(service, operation, "json", request), answer).status


@pytest.mark.parametrize(
    ("kind", "status", "done"),
    [
        (Strike.CALL_THROTTLED, 400, []),
        (Strike.CALL_REFUSED, 500, []),
        (Strike.CALL_FAILED_AFTER, 500, ["PutItem"]),
    ],
)
def test_a_struck_call_is_done_or_not(tmp_path: Path, kind: Strike, status: int, done: list[str]) -> None:
    caller = Caller(tmp_path, **{kind: 1.0})
    assert caller.call("dynamodb", "PutItem") == status
    assert caller.done == done


@pytest.mark.parametrize(
    ("kind", "done", "killed"),
    [
        (Strike.CALL_CUT_BEFORE, [], []),
        (Strike.CALL_CUT_AFTER, ["PutItem"], []),
        (Strike.CRASH_BEFORE, [], ["key"]),
        (Strike.CRASH_AFTER, ["PutItem"], ["key"]),
    ],
)
def test_a_caller_hears_nothing_or_dies(
    tmp_path: Path, kind: Strike, done: list[str], killed: list[str]
) -> None:
    caller = Caller(tmp_path, **{kind: 1.0})
    ordered: list[str] = []
    taps.crash_ordered.listen(ordered.append)
    try:
        with pytest.raises(ConnectionCutError):
            caller.call("dynamodb", "PutItem")
    finally:
        taps.crash_ordered.forget(ordered.append)
    assert (caller.done, ordered) == (done, killed)


def test_an_unreachable_topic_takes_no_mail(tmp_path: Path) -> None:
    caller = Caller(tmp_path, topic_unreachable=1.0)
    assert caller.call("sns", "Publish") == 500
    assert caller.done == []


def test_unreachable_tables_refuse_every_call_and_others_do_not(tmp_path: Path) -> None:
    caller = Caller(tmp_path, tables_unreachable=1.0)
    assert [caller.call("dynamodb", "PutItem"), caller.call("dynamodb", "GetItem")] == [500, 500]
    assert caller.call("sqs", "SendMessage") == 200
    assert caller.done == ["SendMessage"]


def test_nothing_strikes_between_a_mail_and_the_next_write(tmp_path: Path) -> None:
    caller = Caller(tmp_path, call_failed_after=1.0)
    assert caller.call("sns", "Publish") == 200, "a mail that is out is never reported as failed"
    assert caller.call("dynamodb", "GetItem") == 200
    assert caller.call("dynamodb", "UpdateItem") == 200
    assert caller.call("dynamodb", "UpdateItem") == 500
