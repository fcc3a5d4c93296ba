"""Ingest from event to table: one item per transaction whatever is sent how often."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from botocore.stub import Stubber
from hypothesis import given

from shared.requests.body import MAXIMUM_BODY_BYTES
from shared.runtime.clients import AwsError
from shared.runtime.connections import CLOSED, CONNECT_TIMEOUT, READ_TIMEOUT, UNREACHABLE
from stacks.compute.functions.ingest.adapters import TransactionsTable
from stacks.compute.functions.ingest.handler import IngestService
from stacks.compute.functions.ingest.settings import IngestSettings
from stacks.compute.functions.ingest.storing import ATTEMPTS
from stacks.compute.functions.ingest.transaction import body_hash
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, SECRET, TRACE_HEADER, TRACE_ID, as_json, body, valid_bodies
from tests.unit.functions.conftest import Cloud

SETTINGS = IngestSettings.read(
    {
        "ENVIRONMENT_SUFFIX": "test",
        "LOG_LEVEL": "INFO",
        "PSEUDONYM_SECRET": SECRET,
        "TRANSACTIONS_TABLE": "transactions-test",
        "TRANSACTIONS_TIME_TO_LIVE_DAYS": "30",
        "ACCEPTED_AGE_HOURS": "24",
        "ACCEPTED_FUTURE_SECONDS": "300",
    }
)

Post = Callable[[str], tuple[int, dict[str, Any]]]


@pytest.fixture
def service(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> IngestService:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
    return IngestService(SETTINGS, TransactionsTable(cloud.dynamodb, "transactions-test"), clock=lambda: NOW)


@pytest.fixture
def post(service: IngestService) -> Post:
    def send(text: str) -> tuple[int, dict[str, Any]]:
        answer = service.respond({"body": text, "isBase64Encoded": False})
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    return send


def test_a_transaction_is_stored_and_acknowledged(post: Post, cloud: Cloud) -> None:
    sent = body(
        amount=Decimal("12.50"), latitude=Decimal("52.52"), longitude=Decimal("13.4"), card_present=True
    )
    assert post(as_json(sent)) == (
        201,
        {"transaction_id": "t-1", "timestamp": sent["timestamp"], "trace_id": TRACE_ID, "status": "stored"},
    )
    [item] = cloud.items("transactions-test")
    assert item == {
        **sent,
        "body_hash": body_hash(sent),
        "received_at": NOW,
        "trace_header": TRACE_HEADER,
        "expires_at": NOW // 1000 + 30 * 86_400,
    }


def test_the_same_again_is_acknowledged_and_not_written(post: Post, cloud: Cloud) -> None:
    post(as_json(body()))
    before = cloud.items("transactions-test")
    status, answer = post(as_json(dict(reversed(body(amount=Decimal("12.5")).items()))))
    assert (status, answer["status"]) == (200, "stored")
    assert cloud.items("transactions-test") == before


def test_another_body_under_the_same_key_conflicts(post: Post, cloud: Cloud) -> None:
    post(as_json(body()))
    before = cloud.items("transactions-test")
    status, answer = post(as_json(body(amount=Decimal("12.51"))))
    assert (status, answer["error"], answer["trace_id"]) == (409, "conflict", TRACE_ID)
    assert cloud.items("transactions-test") == before


def test_the_same_id_at_another_time_is_another_transaction(post: Post, cloud: Cloud) -> None:
    assert [post(as_json(body(timestamp=NOW - age)))[0] for age in (1, 2)] == [201, 201]
    assert len(cloud.items("transactions-test")) == 2


def _a_day_later(cloud: Cloud, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    service = IngestService(
        SETTINGS, TransactionsTable(cloud.dynamodb, "transactions-test"), clock=lambda: NOW + 25 * 3_600_000
    )
    answer = service.respond({"body": as_json(sent)})
    return answer["statusCode"], json.loads(answer["body"])


def test_a_retry_is_acknowledged_however_late(post: Post, cloud: Cloud) -> None:
    post(as_json(body()))
    before = cloud.items("transactions-test")
    status, answer = _a_day_later(cloud, body())
    assert (status, answer["status"]) == (200, "stored")
    status, answer = _a_day_later(cloud, body(amount=7))
    assert (status, answer["error"]) == (409, "conflict")
    assert cloud.items("transactions-test") == before


def test_what_was_never_stored_is_refused_when_it_is_late(cloud: Cloud) -> None:
    status, answer = _a_day_later(cloud, body())
    assert (status, [field["field"] for field in answer["fields"]]) == (400, ["timestamp"])
    assert answer["fields"][0]["reason"] == "must not be more than 24 hours in the past"
    assert cloud.items("transactions-test") == []


def test_a_late_request_with_another_fault_is_refused(post: Post, cloud: Cloud) -> None:
    post(as_json(body()))
    status, answer = _a_day_later(cloud, body(amount=-1))
    assert (status, [field["field"] for field in answer["fields"]]) == (400, ["timestamp", "amount"])


def test_bad_fields_are_answered_and_nothing_is_stored(post: Post, cloud: Cloud) -> None:
    status, answer = post(as_json({**body(amount=-5, country="zz"), "colour": "red"}))
    assert (status, answer["error"], answer["trace_id"]) == (400, "invalid_transaction", TRACE_ID)
    assert [field["field"] for field in answer["fields"]] == ["amount", "country", "colour"]
    assert all(set(field) == {"field", "reason"} for field in answer["fields"])
    assert cloud.items("transactions-test") == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", "null", '"text"', "[" * 9000, "\ud800", "{}{}", '{"a": 1,}', "{'a': 1}", "\ufeff{}"],
)
def test_what_is_not_a_json_object_is_refused(post: Post, text: str) -> None:
    status, answer = post(text)
    assert (status, answer["error"]) == (400, "invalid_json")


def test_a_request_without_body_is_refused(service: IngestService) -> None:
    assert service.respond({"body": None})["statusCode"] == 400


def test_the_size_limit_counts_bytes(post: Post) -> None:
    padding = MAXIMUM_BODY_BYTES - len(as_json(body()))
    assert post(as_json(body()) + " " * padding)[0] == 201
    status, answer = post(as_json(body()) + " " * (padding + 1))
    assert (status, answer["error"]) == (413, "body_too_large")
    assert post('{"' + "é" * 17_000 + '": 1}')[0] == 413


def test_a_base64_body_is_read(service: IngestService) -> None:
    encoded = base64.b64encode(as_json(body()).encode()).decode()
    assert service.respond({"body": encoded, "isBase64Encoded": True})["statusCode"] == 201
    assert service.respond({"body": "%%%", "isBase64Encoded": True})["statusCode"] == 400
    not_utf8 = base64.b64encode(b'{"transaction_id": "\xff"}').decode()
    assert service.respond({"body": not_utf8, "isBase64Encoded": True})["statusCode"] == 400


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ProvisionedThroughputExceededException", 503, "busy"),
        ("ThrottlingException", 503, "busy"),
        ("RequestLimitExceeded", 503, "busy"),
        ("InternalServerError", 503, "busy"),
        ("ServiceUnavailable", 503, "busy"),
        ("AccessDeniedException", 500, "internal_error"),
        ("ValidationException", 500, "internal_error"),
    ],
)
def test_what_dynamodb_refuses(
    code: str, status: int, error: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = create_client("dynamodb", attempts=1)
    pauses: list[float] = []
    with Stubber(client) as stubber:
        for _ in range(ATTEMPTS):
            stubber.add_client_error("put_item", code, "the value merchant-1 is secret")
        service = IngestService(
            SETTINGS, TransactionsTable(client, "transactions-test"), clock=lambda: NOW, pause=pauses.append
        )
        answer = service.respond({"body": as_json(body())})
    assert len(pauses) == (ATTEMPTS - 1 if status == 503 else 0)
    assert all(0 <= pause <= 0.4 for pause in pauses)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (status, error)
    assert ("Retry-After" in answer["headers"]) is (status == 503)
    logged = capsys.readouterr().out
    assert "may or may not be stored" in json.loads(answer["body"])["message"]
    assert code in logged
    assert "merchant-1" not in logged + answer["body"]


@pytest.mark.parametrize("code", [READ_TIMEOUT, CONNECT_TIMEOUT, UNREACHABLE, CLOSED])
def test_no_answer_of_dynamodb_is_answered_as_busy(code: str) -> None:
    class Unreachable:
        def put_item(self, **_request: Any) -> None:
            raise AwsError(code)

    table = TransactionsTable(Unreachable(), "transactions-test")  # type: ignore[arg-type]
    service = IngestService(SETTINGS, table, clock=lambda: NOW, pause=lambda _seconds: None)
    answer = service.respond({"body": as_json(body())})
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (503, "busy")
    assert "Retry-After" in answer["headers"]


def test_a_fault_of_ours_says_nothing_but_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(TransactionsTable):
        def put(self, item: Any) -> Any:
            raise RuntimeError(f"cannot store {item}")

    service = IngestService(SETTINGS, Broken(None, ""), clock=lambda: NOW)  # type: ignore[arg-type]
    answer = service.respond({"body": as_json(body())})
    assert answer["statusCode"] == 500
    logged = capsys.readouterr().out
    line = json.loads(logged.splitlines()[-1])
    assert (line["level"], line["error"]) == ("ERROR", "RuntimeError")
    assert line["where"].startswith("tests.unit.functions.test_ingest:")
    assert "merchant-1" not in logged + answer["body"]


def test_logs_name_the_account_by_pseudonym_alone(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    secret_account = "account-of-somebody"
    post(as_json(body(account_id=secret_account)))
    post(as_json(body(account_id=secret_account)))
    post(as_json(body(account_id=secret_account, amount=1)))
    post(as_json(body(account_id=secret_account + " ")))
    logged = capsys.readouterr().out
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["message"] for line in lines] == ["stored", "already stored", "refused", "refused"]
    assert all(line["trace_id"] == TRACE_ID for line in lines)
    assert lines[0]["transaction_id"] == "t-1"
    assert lines[0]["account"].startswith("acct-")
    assert secret_account not in logged


@given(valid_bodies())
def test_the_hash_follows_the_content_alone(values: dict[str, Any]) -> None:
    written_otherwise = {
        name: value * Decimal("1.000") if isinstance(value, Decimal) else value
        for name, value in reversed(values.items())
    }
    assert body_hash(written_otherwise) == body_hash(values)
    assert body_hash({**values, "merchant_id": values["merchant_id"] + "x"}) != body_hash(values)
    assert body_hash({**values, "amount": values["amount"] * 2}) != body_hash(values)


def test_items_are_kept_for_ever_where_the_setting_is_zero(cloud: Cloud) -> None:
    settings = IngestSettings.read(
        {
            "ENVIRONMENT_SUFFIX": "test",
            "LOG_LEVEL": "INFO",
            "PSEUDONYM_SECRET": SECRET,
            "TRANSACTIONS_TABLE": "transactions-test",
            "TRANSACTIONS_TIME_TO_LIVE_DAYS": "0",
            "ACCEPTED_AGE_HOURS": "24",
            "ACCEPTED_FUTURE_SECONDS": "300",
        }
    )
    service = IngestService(
        settings, TransactionsTable(cloud.dynamodb, "transactions-test"), clock=lambda: NOW
    )
    assert service.respond({"body": as_json(body())})["statusCode"] == 201
    assert "expires_at" not in cloud.items("transactions-test")[0]


def test_every_line_and_every_item_says_who_called(
    service: IngestService, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gateway's word, not the body's: what a stolen key has sent can be told apart."""
    arn = "arn:aws:sts::123456789012:assumed-role/payments/batch"
    context = {"identity": {"userArn": arn}}
    for text in (as_json(body()), "no json"):
        service.respond({"body": text, "isBase64Encoded": False, "requestContext": context})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line["caller"] for line in lines if line.get("function") == "ingest"]
    assert told == [arn, arn]
    # In production no line is written about a payment that is stored.
    assert [item["caller"] for item in cloud.items("transactions-test")] == ["assumed-role/payments/batch"]
