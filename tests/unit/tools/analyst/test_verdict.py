"""`make verdict`: what is sent and signed, when it is sent again, and what is said of an answer."""

import io
import json
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import EndpointConnectionError

from tools.analyst import verdict
from tools.deploy import signed_api

OUTPUTS = json.dumps(
    {"compute": {"verdicts_url": "https://api.example/stage/transactions/{transaction_id}/verdict"}}
)
GIVEN = ["dev", "--outputs", "-", "--transaction", "t-1", "--verdict", "confirmed_fraud", "--by", "Ana"]
RECORDED = {
    "transaction_id": "t-1",
    "status": "CONFIRMED_FRAUD",
    "decided_by": "Ana",
    "revision": 2,
    "trace_id": "1-2-3",
}

Answers = Callable[..., list[AWSPreparedRequest]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Answer the next requests in turn; gives the list of those that come."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr("tools.deploy.signed_api.time.sleep", lambda _: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(OUTPUTS))

    def answering(*each: tuple[int, Any] | Exception) -> list[AWSPreparedRequest]:
        waiting, seen = list(each), []

        def send(_: object, request: AWSPreparedRequest) -> SimpleNamespace:
            seen.append(request)
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            text = answer[1] if isinstance(answer[1], str) else json.dumps(answer[1])
            return SimpleNamespace(status_code=answer[0], text=text)

        monkeypatch.setattr("tools.deploy.signed_api.URLLib3Session.send", send)
        return seen

    return answering


def test_a_verdict_is_signed_and_put_and_what_is_recorded_is_told(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = answers((200, RECORDED))
    assert verdict.main([*GIVEN, "--note", "", "--timestamp", "1795000000000"]) == 0
    [request] = seen
    assert (request.method, request.url) == ("PUT", "https://api.example/stage/transactions/t-1/verdict")
    assert json.loads(cast("bytes", request.body)) == {
        "verdict": "confirmed_fraud",
        "decided_by": "Ana",
        "timestamp": 1795000000000,
    }
    assert "/us-east-1/execute-api/aws4_request" in str(request.headers["Authorization"])
    assert capsys.readouterr().out == (
        "t-1 is CONFIRMED_FRAUD: decided by Ana, verdict number 2 on it; trace 1-2-3\n"
    )


def test_an_id_cannot_lead_to_another_path(answers: Answers) -> None:
    seen = answers((404, {"error": "unknown_transaction", "message": "None.", "fields": []}))
    assert verdict.main([*GIVEN, "--transaction", "../other?x=1"]) == 1
    assert seen[0].url == "https://api.example/stage/transactions/..%2Fother%3Fx%3D1/verdict"


def test_what_may_pass_is_sent_again(answers: Answers) -> None:
    seen = answers((503, {"error": "busy", "message": "Later.", "fields": []}), (200, RECORDED))
    assert verdict.main(GIVEN) == 0
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            (
                400,
                {
                    "error": "e",
                    "message": "Wrong.",
                    "fields": [{"field": "timestamp", "reason": "is required"}],
                },
            ),
            "error: 400 e: Wrong.\n  timestamp is required\n",
        ),
        (
            (400, {"error": "e", "message": "Wrong.", "fields": [], "validation": "[note: is too long]"}),
            "error: 400 e: Wrong.\n  [note: is too long]\n",
        ),
        ((403, '{"message": "Forbidden"}'), 'Forbidden"}\nThe credentials have expired or lack'),
        ((502, "<html>"), "error: 502: <html>\n"),
        (EndpointConnectionError(endpoint_url="https://api.example"), "does not answer"),
    ],
)
def test_a_refusal_is_told_in_its_own_words(
    answers: Answers, answer: tuple[int, Any] | Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(*[answer] * signed_api.ATTEMPTS)
    assert verdict.main(GIVEN) == 1
    error = capsys.readouterr().err
    assert error == told if told.startswith("error") else told in error


@pytest.mark.parametrize(
    ("outputs", "command"),
    [
        *(
            (text, "python -m tools.deploy outputs --environment dev --json")
            for text in ("", "[]", '{"compute": null}')
        ),
        *((text, "make deploy-compute ENV=dev") for text in ("{}", '{"compute": {}}')),
    ],
)
def test_outputs_without_the_url_name_the_next_command(
    outputs: str, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(outputs))
    assert verdict.main(GIVEN) == 1
    assert command in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--timestamp", "soon"], "TIMESTAMP: 'soon' is not whole milliseconds"),
        (["--outputs", "/nowhere/outputs.json"], "cannot read the outputs"),
    ],
)
def test_what_cannot_be_sent_is_told_before(
    answers: Answers, more: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = answers()
    assert verdict.main([*GIVEN, *more]) == 1
    assert told in capsys.readouterr().err
    assert seen == []
