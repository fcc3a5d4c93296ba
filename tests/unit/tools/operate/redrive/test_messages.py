"""What no next hop could read is told from what it can, whatever lies in a queue."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.fields import EventError
from stacks.alerting.functions.notifier.close_request import CloseRequest
from tests.unit.functions.builders import TRACE_HEADER, bus_event, suspicious
from tools.operate.redrive.messages import StreamBatch, checked_alert, event_of_message

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/transactions-dev"
PLACE = {
    "streamArn": f"{TABLE}/stream/2026-11-01T00:00:00.000",
    "shardId": "shardId-00000001795000000000-0a1b2c3d",
    "startSequenceNumber": "1" * 21,
    "endSequenceNumber": "2" * 21,
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["requestPayload", "detail", "source", "kind", "transaction", "DDBStreamBatchInfo"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(ANYTHING.map(json.dumps) | st.text() | st.just("[" * 100_000))
def test_nothing_but_our_own_messages_passes(body: str) -> None:
    for read in (event_of_message, checked_alert, lambda each: StreamBatch.of_message(each, TABLE)):
        with pytest.raises(EventError):
            read(body)


def test_our_own_messages_pass() -> None:
    alert = suspicious().to_json()
    assert checked_alert(alert) == alert
    close = CloseRequest(account_id="a", opened_by="b", trace_header=TRACE_HEADER).to_json()
    assert checked_alert(close) == close
    event = bus_event()
    assert event_of_message(json.dumps(event)) == event
    assert event_of_message(json.dumps({"requestPayload": event, "responsePayload": {}})) == event
    assert StreamBatch.of_message(json.dumps({"DDBStreamBatchInfo": PLACE}), TABLE).last == "2" * 21


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"shardId": "shard-1"}, "shardId"),
        ({"shardId": "x" * 66}, "shardId"),
        ({"startSequenceNumber": "12"}, "startSequenceNumber"),
        ({"endSequenceNumber": "x" * 21}, "endSequenceNumber"),
        ({"endSequenceNumber": 5}, "endSequenceNumber"),
        ({"streamArn": TABLE}, "streamArn"),
        ({"streamArn": f"{TABLE}s/stream/2026"}, "streamArn"),
    ],
)
def test_a_place_that_no_stream_has_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(EventError, match=named):
        StreamBatch.of_message(json.dumps({"DDBStreamBatchInfo": {**PLACE, **change}}), TABLE)
