"""What a verdict may say: each bad field is named, nothing unreadable passes."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from shared.requests.body import MAXIMUM_BODY_BYTES
from shared.runtime.responses import Refused
from shared.runtime.schema import verdict_schema
from stacks.compute.functions.verdicts.request import read_request
from tests.unit.functions.builders import NOW
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.verdict_desk import CALLER, FRAUD, Desk, asked_desk


@pytest.fixture
def desk(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return asked_desk(cloud, monkeypatch)


def test_every_bad_field_is_named_and_no_value(desk: Desk) -> None:
    status, answer = desk.give(
        "t 1", verdict="maybe", note="", timestamp="soon-secret", decision="secret-extra"
    )
    assert (status, answer["error"]) == (400, "invalid_verdict")
    assert [field["field"] for field in answer["fields"]] == [
        "transaction_id",
        "verdict",
        "decided_by",
        "note",
        "timestamp",
        "decision",
    ]
    assert "secret" not in json.dumps(answer)


@pytest.mark.parametrize("half", ["\ud83d", "a\udc00b", "\udfff\ud800"])
def test_a_note_that_no_table_can_hold_is_a_bad_field(desk: Desk, half: str) -> None:
    """Seen once: 503, "sending it again is safe", every time."""
    for name in ("note", "decided_by"):
        status, answer = desk.put("t-1", json.dumps({**FRAUD, name: half}))
        assert (status, answer["error"]) == (400, "invalid_verdict")
        assert [field["field"] for field in answer["fields"]] == [name]
    assert desk.cloud.items("alerts-test") == []
    assert desk.put("t-1", json.dumps({**FRAUD, "note": "\U0001f600"}))[0] != 400


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("", 400, "invalid_json"),
        ("[]", 400, "invalid_json"),
        (
            '{"verdict": "legitimate", "verdict": "confirmed_fraud", "decided_by": "A"}',
            400,
            "invalid_verdict",
        ),
        ('{"verdict": "legitimate", "decided_by": "A\\n"}', 400, "invalid_verdict"),
        (json.dumps({**FRAUD, "note": "n" * 501}), 400, "invalid_verdict"),
        (" " * MAXIMUM_BODY_BYTES + "{}", 413, "body_too_large"),
    ],
)
def test_a_body_that_is_no_verdict_is_refused(desk: Desk, text: str, status: int, error: str) -> None:
    answer = desk.put("t-1", text)
    assert (answer[0], answer[1]["error"]) == (status, error)
    assert desk.cloud.items("alerts-test") == []


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
BODIES = st.dictionaries(
    st.sampled_from(["verdict", "decided_by", "note", "timestamp", "other"]),
    SCALARS | st.sampled_from(["confirmed_fraud", "legitimate", "Ana", NOW]),
)


@given(st.text(), BODIES.map(json.dumps) | st.text(), st.booleans())
def test_whatever_comes_is_a_verdict_of_the_schema_or_is_refused(path: str, text: str, encoded: bool) -> None:
    event = {
        "pathParameters": {"transaction_id": path},
        "body": base64.b64encode(text.encode()).decode() if encoded else text,
        "isBase64Encoded": encoded,
        "requestContext": {"identity": {"userArn": CALLER}},
    }
    try:
        request = read_request(event)
    except Refused:
        return
    given_again = {
        "verdict": request.verdict,
        "decided_by": request.decided_by,
        "note": request.note,
        "timestamp": request.timestamp,
    }
    content = {name: value for name, value in given_again.items() if value is not None}
    assert Draft4Validator(verdict_schema()).is_valid(content)
    assert re.fullmatch("[A-Za-z0-9_-]{1,64}", request.transaction_id)


@pytest.mark.parametrize("caller", [None, ""])
def test_who_gives_a_verdict_is_known(desk: Desk, caller: str | None) -> None:
    assert desk.put("t-1", json.dumps(FRAUD), caller)[0] == 403
    assert desk.cloud.items("alerts-test") == []
