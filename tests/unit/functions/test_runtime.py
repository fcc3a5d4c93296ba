"""What the functions share: items, traces, logs, settings, pseudonyms."""

import io
import json
import os
import socket
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import tracing
from shared.runtime.counting import measured
from shared.runtime.dynamodb import UnsupportedValueError, from_attribute, from_item, to_attribute, to_item
from shared.runtime.invocation import build_while_initialising
from shared.runtime.logs import Logger, where_raised
from shared.runtime.pseudonym import pseudonym
from shared.runtime.settings import CommonSettings, Environment, SettingsError
from shared.runtime.tracing import Segment, TraceContext, continue_trace, parse_header
from tests.unit.functions.builders import TRACE_HEADER, TRACE_ID

# --- items

plain_values = st.recursive(
    st.text() | st.binary() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False, places=6),
    lambda values: st.lists(values) | st.dictionaries(st.text(min_size=1), values),
    max_leaves=10,
)


@given(st.dictionaries(st.text(min_size=1), plain_values))
def test_an_item_comes_back_as_it_was(values: dict[str, Any]) -> None:
    assert from_item(to_item(values)) == values


@pytest.mark.parametrize(
    "value", [1.5, Decimal("NaN"), Decimal("Infinity"), bytearray(b"bytes"), object(), [0.1], {"x": {1}}]
)
def test_what_is_not_exact_is_refused(value: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        to_attribute(value)


def test_an_attribute_of_a_type_we_do_not_write_is_refused() -> None:
    for attribute in ({"B": "AAAA"}, {"SS": ["a"]}, {}, {"S": "a", "N": "1"}):
        with pytest.raises(UnsupportedValueError):
            from_attribute(attribute)
    assert to_item({"gone": None}) == {}


# --- traces


def test_a_header_is_read_and_written() -> None:
    context = parse_header(TRACE_HEADER + ";Lineage=1:abc:0")
    assert context == TraceContext(TRACE_ID, "53995c3f42cd8ad8", sampled=False)
    assert context.header == TRACE_HEADER
    assert context.child("00000000000000aa").header == f"Root={TRACE_ID};Parent=00000000000000aa;Sampled=0"


@pytest.mark.parametrize("header", ["", "Root=", "Root=1-2-3;Sampled=1", "garbage", ";;=;"])
def test_a_bad_header_begins_a_new_trace(header: str) -> None:
    assert parse_header(header) is None
    begun = continue_trace(header)
    assert parse_header(begun.header) == begun
    assert not begun.sampled


@given(st.text())
def test_no_header_is_an_error(header: str) -> None:
    continue_trace(header)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = []

    def keep(datagram: bytes, address: tuple[str, int]) -> None:
        protocol, document = datagram.split(b"\n", 1)
        assert json.loads(protocol) == {"format": "json", "version": 1}
        assert address == ("127.0.0.1", 2000)
        documents.append(json.loads(document))

    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000")
    monkeypatch.setattr(tracing, "_send_datagram", keep)
    return documents


def test_a_segment_continues_the_trace(sent: list[dict[str, Any]]) -> None:
    with Segment("work", TraceContext(TRACE_ID, "53995c3f42cd8ad8", sampled=True)) as segment:
        segment.annotate(transaction_id="t-1")
        with segment.call("DynamoDB", "PutItem", table_name="t"):
            pass
    [document] = sent
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, "53995c3f42cd8ad8")
    assert (document["name"], document["id"]) == ("work", segment.id)
    assert document["annotations"] == {"transaction_id": "t-1"}
    assert document["start_time"] <= document["end_time"]
    [call] = document["subsegments"]
    assert (call["namespace"], call["aws"]) == ("aws", {"operation": "PutItem", "table_name": "t"})
    assert segment.context.header == f"Root={TRACE_ID};Parent={segment.id};Sampled=1"
    assert "type" not in document


def test_a_segment_that_must_be_kept_is_sent_whatever_was_decided(sent: list[dict[str, Any]]) -> None:
    context = TraceContext(TRACE_ID, None, sampled=False)
    with Segment("usual", context):
        pass
    with Segment("alert", context) as segment:
        assert segment.context.header.endswith("Sampled=0")
        segment.keep()
        assert segment.context.header.endswith("Sampled=1")
    assert [document["name"] for document in sent] == ["alert"]


def test_work_in_lambdas_own_trace_is_a_subsegment(sent: list[dict[str, Any]]) -> None:
    with Segment("work", TraceContext(TRACE_ID, "53995c3f42cd8ad8", sampled=True), own_trace=True):
        pass
    assert sent[0]["type"] == "subsegment"


def test_a_fault_is_marked_and_goes_on(sent: list[dict[str, Any]]) -> None:
    segment = Segment("work", TraceContext(TRACE_ID, None, sampled=True))
    with pytest.raises(KeyError), segment, segment.call("SQS", "SendMessage"):
        raise KeyError("missing")
    assert sent[0]["fault"]
    assert sent[0]["subsegments"][0]["fault"]


def test_what_is_not_sampled_is_not_sent(sent: list[dict[str, Any]]) -> None:
    with Segment("work", TraceContext(TRACE_ID, None, sampled=False)):
        pass
    assert sent == []


def test_tracing_never_fails_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoNetwork:
        def __init__(self, *_: object) -> None:
            raise OSError("no network")

    monkeypatch.setattr(socket, "socket", NoNetwork)
    for address in ("127.0.0.1:2000", "nowhere", "", "a:b:c", "tcp:127.0.0.1:2000"):
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
        with Segment("work", TraceContext(TRACE_ID, None, sampled=True)) as segment:
            segment.annotate(large="x" * 100_000)


# --- logs, settings, pseudonyms, initialisation


def test_a_log_line_is_one_json_object() -> None:
    stream = io.StringIO()
    log = Logger("ingest", "INFO", stream=stream).bind(trace_id=TRACE_ID)
    log.debug("not this")
    log.bind(transaction_id="t-1").info("stored\nonce", amount=Decimal("1.50"), thing=object())
    log.warning("careful")
    log.failure("failed")
    first, second, third = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first == {
        "timestamp": first["timestamp"],
        "level": "INFO",
        "message": "stored\nonce",
        "function": "ingest",
        "trace_id": TRACE_ID,
        "transaction_id": "t-1",
        "amount": "1.50",
        "thing": "object",
    }
    assert (second["level"], third["level"]) == ("WARNING", "ERROR")
    assert "transaction_id" not in second


def test_an_error_is_told_by_its_place_alone() -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - any will do
        json.loads("{secret")
    assert where_raised(raised.value).startswith("json.decoder:")
    assert where_raised(ValueError("never raised")) == "unknown"


COMMON = {"ENVIRONMENT_SUFFIX": "test", "LOG_LEVEL": "INFO", "PSEUDONYM_SECRET": "s3cr3t-value"}


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("ENVIRONMENT_SUFFIX", "", "is missing"),
        ("LOG_LEVEL", "LOUD", "is none of DEBUG, INFO, NOTICE, WARNING, ERROR"),
        ("DAYS", "-1", "is not a whole number of at least 0"),
        ("DAYS", "1.5", "is not a whole number of at least 0"),
        ("DAYS", "²", "is not a whole number of at least 0"),
    ],
)
def test_a_bad_setting_names_the_variable_and_the_command(name: str, value: str, fault: str) -> None:
    environment = Environment({**COMMON, "DAYS": "1", name: value}, layer="compute")

    def read() -> tuple[CommonSettings, int]:
        return CommonSettings.read(environment), environment.integer("DAYS", minimum=0)

    with pytest.raises(SettingsError) as refused:
        read()
    assert f"{name} {fault}" in str(refused.value)
    assert "make deploy-compute" in str(refused.value)
    assert "s3cr3t-value" not in str(refused.value)


def test_a_pseudonym_is_stable_and_depends_on_the_secret() -> None:
    assert pseudonym("account-1", "a") == pseudonym("account-1", "a")
    assert len({pseudonym("account-1", "a"), pseudonym("account-1", "b"), pseudonym("account-2", "a")}) == 3
    assert "account-1" not in pseudonym("account-1", "a")


def test_a_handler_builds_at_import_only_under_lambdas_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    build_while_initialising(lambda: built.append(1))
    assert built == []
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    build_while_initialising(lambda: built.append(2))
    assert built == [2]


def test_a_function_collects_garbage_once_it_is_built() -> None:
    """What was built before is not looked at; cycles of invocations are collected as ever."""
    code = (
        "import gc\n"
        "from shared.runtime.invocation import build_while_initialising\n"
        "during = []\n"
        "build_while_initialising(lambda: during.append(gc.isenabled()))\n"
        "print(during, gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    for runtime, expected in (("127.0.0.1:9001", "[False] True True"), ("", "[] True False")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "AWS_LAMBDA_RUNTIME_API": runtime},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected


def test_a_line_below_the_level_leaves_its_metrics_alone_and_none_leaves_nothing() -> None:
    stream = io.StringIO()
    log = Logger("detector", "NOTICE", stream=stream).bind(trace_id=TRACE_ID)
    log.measured("scored", measured("detector-function", {}), score=0.1)
    assert stream.getvalue() == ""
    log.measured("scored", measured("detector-function", {"Late": 1}), score=0.1)
    log.measured("suspicious", measured("detector-function", {"Suspicious": 1}), level="NOTICE", score=0.9)
    alone, whole = map(json.loads, stream.getvalue().splitlines())
    assert (alone["Late"], alone.keys() & {"score", "trace_id"}) == (1, set())
    assert (whole["Suspicious"], whole["score"], whole["trace_id"]) == (1, 0.9, TRACE_ID)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("shared.runtime.events", ("pulumi", "botocore", "fastjsonschema", "socket")),
        ("stacks.compute.functions.detector.scoring", ("pulumi", "botocore", "numpy", "socket")),
        ("stacks.compute.functions.ingest.handler", ("pulumi", "botocore", "jsonschema")),
        ("stacks.compute.functions.detector.handler", ("pulumi", "botocore", "fastjsonschema")),
        ("stacks.compute.functions.verdicts.handler", ("pulumi", "botocore", "jsonschema")),
        ("stacks.alerting.functions.notifier.handler", ("pulumi", "botocore", "fastjsonschema")),
    ],
)
def test_a_module_imports_no_more_than_it_needs(module: str, absent: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
