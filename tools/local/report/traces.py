"""X-Ray segment documents as a tree: one trace from the POST to the mail, for people to read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Span:
    """A segment or subsegment; times are epoch seconds, ``end`` None while it is in progress."""

    span_id: str
    parent_id: str | None
    name: str
    origin: str
    start: float
    end: float | None
    failed: bool
    children: list["Span"] = field(default_factory=list)


def read_segments(path: Path, trace_id: str) -> list[dict[str, Any]]:
    """Return the segment documents of one trace from a file with one document a line.

    Raises:
        ValueError: A line is not a JSON object.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if trace_id in line]


def trace_tree(documents: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Join the segments of one trace by their parents; what has no known parent is a root.

    Spans of one parent stand in the order of their start. A later document with the id of an earlier one
    replaces it, as X-Ray does with segments in progress.
    """
    spans: dict[str, Span] = {}
    for document in documents:
        for span in _spans(document, document.get("parent_id")):
            spans[span.span_id] = span
    roots: list[Span] = []
    for span in sorted(spans.values(), key=lambda each: each.start):
        parent = spans.get(span.parent_id or "")
        (roots if parent is None or parent is span else parent.children).append(span)
    return roots


def draw(roots: Iterable[Span]) -> list[str]:
    """Draw a tree, a line for each span: name, start after the first one's start, and duration."""
    rows = list(_rows(list(roots)))
    if not rows:
        return []
    first = min(span.start for _, span in rows)
    width = max(len(branch) + len(span.name) for branch, span in rows)
    return [_line(branch, span, width, first) for branch, span in rows]


def _spans(document: Mapping[str, Any], parent_id: str | None) -> Iterator[Span]:
    span = Span(
        span_id=document["id"],
        parent_id=parent_id,
        name=document["name"],
        origin=document.get("origin", document.get("namespace", "")),
        start=float(document["start_time"]),
        end=float(document["end_time"]) if "end_time" in document else None,
        failed=any(document.get(mark) for mark in ("fault", "error", "throttle")),
    )
    yield span
    for inner in document.get("subsegments", ()):
        yield from _spans(inner, span.span_id)


def _rows(spans: list[Span], indent: str = "", *, top: bool = True) -> Iterator[tuple[str, Span]]:
    for span in spans:
        last = span is spans[-1]
        yield (indent if top else indent + ("└─ " if last else "├─ ")), span
        below = "" if top else "   " if last else "│  "
        yield from _rows(span.children, indent + below, top=False)


def _line(branch: str, span: Span, width: int, first: float) -> str:
    after = f"+{(span.start - first) * 1000:7.1f} ms"
    lasted = "in progress" if span.end is None else f"{(span.end - span.start) * 1000:7.1f} ms"
    remark = "".join(
        f"  {text}" for text in (span.origin.removeprefix("AWS::"), "FAILED" if span.failed else "") if text
    )
    return f"{branch}{span.name:<{width - len(branch)}}  {after}  {lasted}{remark}"
