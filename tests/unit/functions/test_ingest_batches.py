"""Arrays of transactions: each is answered as if it had been posted alone, whatever the others are."""

import json
import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.schema import MAXIMUM_BATCH
from stacks.compute import ingest
from stacks.compute.functions.ingest.adapters import (
    Outcome,
    TableBusyError,
    TableFailedError,
    TransactionsTable,
)
from stacks.compute.functions.ingest.handler import IngestService
from stacks.compute.functions.ingest.storing import (
    ATTEMPTS,
    LONGEST_SECONDS,
    SECONDS_TO_START,
    Storing,
    Write,
)
from tests.unit.functions.builders import NOW, TRACE_HEADER, TRACE_ID, as_json, body
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.test_ingest import SETTINGS

TABLE = "transactions-test"
LATE = 25 * 3_600_000


class Table(TransactionsTable):
    """A table in memory; `busy` says how often a key is throttled before it is written."""

    def __init__(self, busy: dict[str, int] | None = None) -> None:
        self.stored: dict[tuple[str, int], str] = {}
        self.busy = dict(busy or {})
        self.attempts: list[str] = []

    def put(self, item: Any) -> Outcome:
        self._throttle(item)
        key, content = (item["transaction_id"], item["timestamp"]), item["body_hash"]
        if key in self.stored:
            return Outcome.ALREADY_STORED if self.stored[key] == content else Outcome.DIFFERENT
        self.stored[key] = content
        return Outcome.STORED

    def find(self, item: Any) -> Outcome:
        self._throttle(item)
        stored = self.stored.get((item["transaction_id"], item["timestamp"]))
        if stored is None:
            return Outcome.ABSENT
        return Outcome.ALREADY_STORED if stored == item["body_hash"] else Outcome.DIFFERENT

    def _throttle(self, item: Any) -> None:
        name = item["transaction_id"]
        self.attempts.append(name)
        if self.busy.get(name, 0):
            self.busy[name] -= 1
            raise TableBusyError("ThrottlingException")


def service(table: TransactionsTable, now: int = NOW) -> IngestService:
    return IngestService(SETTINGS, table, clock=lambda: now, pause=lambda _: None)


def as_array(bodies: Sequence[Any]) -> str:
    return (
        "["
        + ", ".join(as_json(each) if isinstance(each, dict) else json.dumps(each) for each in bodies)
        + "]"
    )


def post(service: IngestService, text: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    answer = service.respond({"body": text, "isBase64Encoded": False})
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


def test_an_array_is_stored_and_each_transaction_acknowledged(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
    sent = [body(transaction_id=f"t-{number}") for number in range(MAXIMUM_BATCH)]
    status, answer, _ = post(service(TransactionsTable(cloud.dynamodb, TABLE)), as_array(sent))
    assert (status, answer["trace_id"]) == (201, TRACE_ID)
    assert answer["results"] == [
        {
            "status_code": 201,
            "transaction_id": each["transaction_id"],
            "timestamp": each["timestamp"],
            "status": "stored",
        }
        for each in sent
    ]
    items = cloud.items(TABLE)
    assert {item["transaction_id"] for item in items} == {each["transaction_id"] for each in sent}
    assert {item["trace_header"] for item in items} == {TRACE_HEADER}, "one trace"


def test_results_that_differ_stand_in_order_under_207(cloud: Cloud) -> None:
    table = TransactionsTable(cloud.dynamodb, TABLE)
    known, taken = body(transaction_id="known"), body(transaction_id="taken")
    post(service(table), as_array([known, taken]))
    sent = [
        body(transaction_id="new"),
        known,
        {**taken, "amount": 7},
        body(transaction_id="bad", amount=-5),
        7,
        body(transaction_id="late", timestamp=NOW - LATE),
    ]
    status, answer, headers = post(service(table), as_array(sent))
    assert status == 207
    assert "Retry-After" not in headers
    assert [each["status_code"] for each in answer["results"]] == [201, 200, 409, 400, 400, 400]
    assert [each.get("error") for each in answer["results"]] == [
        *(None, None, "conflict", "invalid_transaction", "invalid_transaction", "invalid_transaction"),
    ]
    assert answer["results"][3]["fields"][0]["field"] == "amount"
    assert answer["results"][5]["fields"][0]["field"] == "timestamp"
    assert {item["transaction_id"] for item in cloud.items(TABLE)} == {"known", "taken", "new"}


@pytest.mark.parametrize(
    ("bodies", "status"),
    [([body()], 201), ([body(amount=-1), 7], 400), ([body(timestamp=NOW - LATE)], 400)],
)
def test_where_all_results_agree_the_answer_has_their_status(bodies: list[Any], status: int) -> None:
    found, answer, _ = post(service(Table()), as_array(bodies))
    assert found == status
    assert [each["status_code"] for each in answer["results"]] == [status] * len(bodies)


@pytest.mark.parametrize("text", ["[]", as_array([body()] * (MAXIMUM_BATCH + 1)), "[" + "7," * 1000 + "7]"])
def test_an_array_of_another_length_is_refused(text: str) -> None:
    table = Table()
    status, answer, _ = post(service(table), text)
    assert (status, answer["error"]) == (400, "invalid_batch")
    assert table.attempts == []


def test_a_field_that_is_given_twice_is_the_fault_of_its_transaction_alone() -> None:
    twice = as_json(body(transaction_id="t-2"))[:-1] + ', "amount": 12.50}'
    status, answer, _ = post(
        service(Table()), f"[{as_json(body())}, {twice}, {as_json(body(transaction_id='t-3'))}]"
    )
    assert status == 207
    assert [each["status_code"] for each in answer["results"]] == [201, 400, 201]
    assert answer["results"][1]["fields"] == [{"field": "amount", "reason": "must be given once"}]


def test_what_is_throttled_is_tried_again_and_then_reported_by_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Table(busy={"t-1": ATTEMPTS - 1, "t-2": ATTEMPTS})
    sent = [body(transaction_id=f"t-{number}") for number in range(4)]
    status, answer, headers = post(service(table), as_array(sent))
    assert status == 207
    assert [each["status_code"] for each in answer["results"]] == [201, 201, 503, 201]
    assert answer["results"][2] == {
        "status_code": 503,
        "error": "busy",
        "message": "The transaction may or may not be stored; sending it again is safe.",
        "fields": [],
        "retry_after_seconds": 1,
    }
    assert headers["Retry-After"] == "1"
    assert {name: table.attempts.count(name) for name in ("t-0", "t-1", "t-2")} == {
        "t-0": 1,
        "t-1": ATTEMPTS,
        "t-2": ATTEMPTS,
    }
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["transaction_id"] for line in lines if line["message"] == "table is busy"] == ["t-2"]
    assert lines[-1]["statuses"] == {"201": 3, "503": 1}
    status, answer, _ = post(service(table), as_array(sent))
    assert [each["status_code"] for each in answer["results"]] == [200, 200, 201, 200]


def test_a_write_that_dynamodb_refuses_fails_alone() -> None:
    class Broken(Table):
        def put(self, item: Any) -> Outcome:
            if item["transaction_id"] == "t-1":
                raise TableFailedError("ValidationException")
            return super().put(item)

    status, answer, _ = post(service(Broken()), as_array([body(transaction_id=f"t-{n}") for n in range(3)]))
    assert status == 207
    assert [each["status_code"] for each in answer["results"]] == [201, 500, 201]


def test_a_fault_of_ours_is_answered_as_a_whole_and_every_thread_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Broken(Table):
        def put(self, item: Any) -> Outcome:
            raise RuntimeError(f"cannot store {item}")

    status, answer, _ = post(service(Broken()), as_array([body(transaction_id=f"t-{n}") for n in range(9)]))
    assert (status, answer["error"]) == (500, "internal_error")
    assert "merchant-1" not in capsys.readouterr().out


def test_no_line_of_a_batch_names_an_account_or_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    post(service(Table()), as_array([body(account_id="somebody"), body(account_id="somebody", amount=0.001)]))
    logged = capsys.readouterr().out
    assert "somebody" not in logged
    assert [json.loads(line)["message"] for line in logged.splitlines()] == ["refused", "batch"]


# Few ids, amounts and times, so that arrays repeat and contradict each other.
TRANSACTIONS = st.builds(
    lambda number, amount, age: body(transaction_id=f"t-{number}", amount=amount, timestamp=NOW - age),
    st.integers(0, 3),
    st.sampled_from([Decimal("12.5"), Decimal("12.50"), 7, -1]),
    st.sampled_from([0, LATE]),
)


@settings(deadline=None)
@given(st.lists(st.lists(TRANSACTIONS, min_size=1, max_size=MAXIMUM_BATCH), min_size=1, max_size=4))
def test_an_array_is_answered_as_its_transactions_one_by_one(batches: list[list[dict[str, Any]]]) -> None:
    together, apart = Table(), Table()
    of_batches, of_singles = service(together), service(apart)
    for batch in batches:
        status, answer, _ = post(of_batches, as_array(batch))
        alone = [post(of_singles, as_json(each)) for each in batch]
        assert [each["status_code"] for each in answer["results"]] == [each[0] for each in alone]
        assert status == (alone[0][0] if len({each[0] for each in alone}) == 1 else 207)
        for result, (_, single, _) in zip(answer["results"], alone, strict=True):
            assert {name: value for name, value in result.items() if name != "status_code"} == {
                name: value for name, value in single.items() if name != "trace_id"
            }
    assert together.stored == apart.stored


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, ATTEMPTS + 1)), min_size=1, max_size=MAXIMUM_BATCH),
    st.randoms(use_true_random=False),
)
def test_sending_what_was_busy_again_stores_each_once(
    sent: list[tuple[int, int]], order: random.Random
) -> None:
    table = Table(busy={f"t-{number}": times for number, times in sent})
    waiting = [body(transaction_id=f"t-{number}") for number, _ in sent]
    acknowledged: set[str] = set()
    for _ in range(3):
        _, answer, _ = post(service(table), as_array(waiting))
        told = list(zip(waiting, answer["results"], strict=True))
        acknowledged |= {
            each["transaction_id"] for each, result in told if result["status_code"] in {200, 201}
        }
        waiting = [each for each, result in told if result["status_code"] == 503]
        order.shuffle(waiting)
        if not waiting:
            break
    assert not waiting
    assert acknowledged == {key[0] for key in table.stored} == {f"t-{number}" for number, _ in sent}


def write(number: int) -> Write:
    return Write({**body(transaction_id=f"t-{number}"), "body_hash": "0"}, late=False)


def storing(table: TransactionsTable, now: Callable[[], float]) -> Storing:
    return Storing(table, pause=lambda _: None, clock=now)


def test_no_attempt_starts_when_it_could_outlast_the_function() -> None:
    times = iter([0.0, 0.1, SECONDS_TO_START, SECONDS_TO_START + 0.1, SECONDS_TO_START + 0.1])
    table = Table(busy={"t-0": ATTEMPTS})
    found = storing(table, lambda: next(times)).write_all([write(0)], nullcontext)
    assert table.attempts == ["t-0", "t-0"]
    assert isinstance(found[0], TableBusyError)
    assert LONGEST_SECONDS < ingest.TIMEOUT_SECONDS
