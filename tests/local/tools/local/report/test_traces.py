"""A trace as a tree: joined by parents over several documents, drawn with times after the first start."""

import json
from pathlib import Path

from tools.local.report.traces import draw, read_segments, trace_tree

TRACE = "1-67891233-abcdef012345678912345678"
GATEWAY = {
    "id": "01",
    "trace_id": TRACE,
    "name": "api/stage",
    "origin": "AWS::ApiGateway::Stage",
    "start_time": 10.0,
}
FUNCTION = {
    "id": "02",
    "parent_id": "01",
    "trace_id": TRACE,
    "name": "ingest-function-local",
    "origin": "AWS::Lambda::Function",
    "start_time": 10.002,
    "end_time": 10.012,
    "subsegments": [
        {"id": "03", "name": "DynamoDB", "namespace": "aws", "start_time": 10.004, "end_time": 10.008},
        {"id": "04", "name": "Overhead", "start_time": 10.009, "end_time": 10.010, "fault": True},
    ],
}
DETECTOR = {
    "id": "05",
    "parent_id": "02",
    "trace_id": TRACE,
    "name": "detector",
    "start_time": 10.020,
    "end_time": 10.030,
}


def test_segments_are_joined_in_any_order_of_arrival() -> None:
    finished = {**GATEWAY, "end_time": 10.015}
    for documents in ([DETECTOR, FUNCTION, GATEWAY, finished], [GATEWAY, finished, FUNCTION, DETECTOR]):
        (root,) = trace_tree(documents)
        assert root.name == "api/stage"
        assert root.end == 10.015
        (function,) = root.children
        assert [child.name for child in function.children] == ["DynamoDB", "Overhead", "detector"]


def test_a_segment_without_its_parent_is_a_root_of_its_own() -> None:
    assert [root.name for root in trace_tree([FUNCTION, {**DETECTOR, "parent_id": "99"}])] == [
        "ingest-function-local",
        "detector",
    ]


def test_the_drawing_shows_branches_times_and_failures() -> None:
    lines = draw(trace_tree([GATEWAY, FUNCTION, DETECTOR]))
    assert lines[0].split() == ["api/stage", "+", "0.0", "ms", "in", "progress", "ApiGateway::Stage"]
    assert lines[1].startswith("└─ ingest-function-local")
    assert lines[2].startswith("   ├─ DynamoDB")
    assert "+    4.0 ms      4.0 ms" in lines[2]
    assert lines[3].endswith("FAILED")
    assert lines[4].startswith("   └─ detector")
    assert len({line.index(" ms") for line in lines}) == 1, "the times stand below each other"


def test_nothing_draws_as_nothing() -> None:
    assert draw([]) == []


def test_only_the_trace_asked_for_is_read(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    other = {**DETECTOR, "trace_id": "1-00000000-000000000000000000000000"}
    path.write_text("".join(json.dumps(each) + "\n" for each in (GATEWAY, other, FUNCTION)))
    assert [each["id"] for each in read_segments(path, TRACE)] == ["01", "02"]
    assert read_segments(tmp_path / "none.jsonl", TRACE) == []
