"""Parts of the data plane that need no emulator."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models.table import StreamShard

from emulator.cloud.repairs.streams import KEPT_BEHIND_READER, trim
from emulator.dataplane.gateway.errors import GatewayError
from emulator.dataplane.gateway.proxy import MalformedResponseError, proxy_response
from emulator.dataplane.gateway.throttle import Throttle, limits
from emulator.dataplane.gateway.validation import find_problems
from emulator.dataplane.input_template import render_template
from emulator.dataplane.tracing import continue_trace
from emulator.runtime.log_file import FunctionLog
from emulator.tests.resources import eventually


def test_the_bucket_fills_at_its_rate_up_to_its_burst() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])

    def accepted(tries: int) -> int:
        count = 0
        for _ in range(tries):
            with contextlib.suppress(GatewayError):
                throttle.take("method", 10.0, 3)
                count += 1
        return count

    assert accepted(5) == 3
    with pytest.raises(GatewayError) as caught:
        throttle.take("method", 10.0, 3)
    assert (caught.value.response_type, caught.value.status) == ("THROTTLED", 429)
    now[0] = 0.25
    assert accepted(5) == 2
    now[0] = 100.0
    assert accepted(5) == 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (10_000.0, 5_000)),
        ({"*/*": {"throttlingRateLimit": 1000.0, "throttlingBurstLimit": 500}}, (1000.0, 500)),
        ({"*/*": {"throttlingRateLimit": -1, "throttlingBurstLimit": -1}}, (10_000.0, 5_000)),
        (
            {
                "*/*": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 1},
                "~1orders/POST": {"throttlingRateLimit": 5.0, "throttlingBurstLimit": 6},
            },
            (5.0, 6),
        ),
        ({"~1others/POST": {"throttlingRateLimit": 5.0, "throttlingBurstLimit": 6}}, (10_000.0, 5_000)),
    ],
)
def test_limits_come_from_the_most_exact_setting(
    settings: dict[str, Any], expected: tuple[float, int]
) -> None:
    assert limits(settings, "/orders", "POST") == expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("null", "not an object"),
        ("[]", "not an object"),
        ("{}", "statusCode"),
        ('{"statusCode": "many"}', "statusCode"),
        ('{"statusCode": 999}', "none of HTTP's"),
        ('{"statusCode": 200, "body": {"a": 1}}', "body is not text"),
        ('{"statusCode": 200, "body": "%%%", "isBase64Encoded": true}', "base64"),
        ('{"statusCode": 200, "headers": []}', None),
        ('{"statusCode": 200, "headers": "x"}', "headers is not an object"),
        ('{"statusCode": 200, "headers": {"a": {"b": 1}}}', "not text"),
        ("not json", "not JSON"),
    ],
)
def test_malformed_proxy_answers(answer: str, words: str | None) -> None:
    if words is None:
        assert proxy_response(answer.encode()).status == 200
    else:
        with pytest.raises(MalformedResponseError, match=words):
            proxy_response(answer.encode())


def test_a_whole_proxy_answer() -> None:
    response = proxy_response(
        json.dumps(
            {
                "statusCode": "201",
                "headers": {"A": 1, "B": True, "C": "x\r\nInjected: y"},
                "multiValueHeaders": {"D": ["1", "2"]},
                "body": "aGk=",
                "isBase64Encoded": True,
            }
        ).encode()
    )
    assert (response.status, response.body) == (201, b"hi")
    assert sorted(response.headers) == [
        ("A", "1"),
        ("B", "true"),
        ("C", "x  Injected: y"),
        ("Content-Type", "application/json"),
        ("D", "1"),
        ("D", "2"),
    ]


SCHEMA = json.dumps(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "maxLength": 3},
            "place": {"type": "object", "required": ["x"], "properties": {"x": {"type": "number"}}},
            "a": {},
            "b": {},
        },
        "dependencies": {"a": ["b"]},
    }
)


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"id": "abc"}, []),
        ({"id": "abcd"}, ["id: is longer than 3 characters"]),
        ({"place": {"x": "1"}}, ["id: is required", "place.x: must be of type number"]),
        ({"id": "a", "place": {}}, ["place.x: is required"]),
        ({"id": "a", "a": 1}, ["b: is required together with a"]),
        ({"id": "a", "<b>4111 1111</b>": 1}, ["a field with an unusual name: is not a known field"]),
        ([1], ["body: must be of type object"]),
    ],
)
def test_problems_of_a_body(body: object, problems: list[str]) -> None:
    assert list(find_problems(json.dumps(body).encode(), SCHEMA)) == problems


_SECRETS = st.text("0123456789", min_size=12, max_size=19)


@given(secret=_SECRETS, field=st.sampled_from(["id", "place", "other"]))
def test_no_problem_repeats_a_value(secret: str, field: str) -> None:
    problems = list(find_problems(json.dumps({field: secret}).encode(), SCHEMA))
    assert problems
    assert not any(secret in problem for problem in problems)


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ('{"id": <$.a.b>}', '{"id": "x\\"y"}'),
        ('{"id": "<$.a.b>"}', '{"id": "x\\"y"}'),
        ('{"n": <$.n>}', '{"n": 5}'),
        ('{"all": <$.a>}', '{"all": {"b": "x\\"y"}}'),
        ('{"none": <$.missing.path>}', '{"none": ""}'),
    ],
)
def test_input_templates(template: str, rendered: str) -> None:
    assert render_template(template, {"a": {"b": 'x"y'}, "n": 5}) == rendered


@pytest.mark.parametrize(
    ("header", "root", "parent", "sampled"),
    [
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            True,
            "53995c3f42cd8ad8",
            True,
        ),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0", True, "", False),
        ("Self=x;Root=1-5759e988-bd862e3fe1be46a994272793", True, "", True),
        ("", False, "", True),
        ("Root=nonsense;Parent=x;Sampled=0", False, "", True),
    ],
)
def test_trace_headers(header: str, root: bool, parent: str, sampled: bool) -> None:
    trace = continue_trace(header)
    assert (trace.root == "1-5759e988-bd862e3fe1be46a994272793") is root
    assert (trace.parent, trace.sampled) == (parent, sampled)
    assert continue_trace(trace.render()) == trace


def test_records_behind_the_reader_go_in_bulk() -> None:
    shard = StreamShard("123456789012", None)  # type: ignore[arg-type]
    items: list[Any] = list(range(3 * KEPT_BEHIND_READER))
    shard.items = items
    start = shard.starting_sequence_number

    trim(shard, start + KEPT_BEHIND_READER)
    assert len(items) == 3 * KEPT_BEHIND_READER
    trim(shard, start + 2 * KEPT_BEHIND_READER + 5)
    assert items[0] == KEPT_BEHIND_READER + 5
    assert shard.starting_sequence_number == start + KEPT_BEHIND_READER + 5


def test_a_log_takes_whole_lines_as_they_end(tmp_path: Path) -> None:
    path = tmp_path / "function.log"
    reading, writing = os.pipe()
    log = FunctionLog(path, os.fdopen(reading, "rb"), "function")
    os.write(writing, b"one\ntw")
    log.flush()
    assert path.read_text() == "one\n"
    log.write_line("of the platform")
    os.write(writing, b"o\ncut sh")
    log.flush()
    assert path.read_text() == "one\nof the platform\ntwo\n"
    os.close(writing)
    eventually(lambda: path.read_text() == "one\nof the platform\ntwo\ncut sh\n")
    log.write_line("after the end")
    assert path.read_text().endswith("cut sh\nafter the end\n")
