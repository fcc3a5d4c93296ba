"""Event patterns: each operator, arrays of objects, and that nothing unknown passes for a match."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.event_patterns import Pattern, PatternError, parse_pattern


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": ["x"]}, {"a": "x", "b": 1}, True),
        ({"a": ["x", "y"]}, {"a": "z"}, False),
        ({"a": ["x"]}, {"a": ["z", "x"]}, True),
        ({"a": ["x"]}, {"a": {"x": 1}}, False),
        ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
        ({"a": {"b": ["x"]}}, {"a": [{"b": "y"}, {"b": "x"}]}, True),
        ({"a": {"b": ["x"], "c": [1]}}, {"a": [{"b": "x", "c": 2}, {"b": "y", "c": 1}]}, False),
        ({"a": {"b": ["x"]}}, {"a": "x"}, False),
        ({"a": [1]}, {"a": 1.0}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [True]}, {"a": 1}, False),
        ({"a": [1]}, {"a": "1"}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [None]}, {}, False),
        ({"a": [""]}, {"a": ""}, True),
        ({"a": [{"prefix": "ab"}]}, {"a": "abc"}, True),
        ({"a": [{"prefix": "ab"}]}, {"a": "cab"}, False),
        ({"a": [{"prefix": {"equals-ignore-case": "AB"}}]}, {"a": "abc"}, True),
        ({"a": [{"suffix": ".png"}]}, {"a": "x.png"}, True),
        ({"a": [{"equals-ignore-case": "AbC"}]}, {"a": "aBc"}, True),
        ({"a": [{"wildcard": "a*c"}]}, {"a": "abbc"}, True),
        ({"a": [{"wildcard": "a*c"}]}, {"a": "abbcd"}, False),
        ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}, False),
        ({"a": [{"anything-but": "x"}]}, {}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"anything-but": {"suffix": ["x", "y"]}}]}, {"a": "az"}, True),
        ({"a": [{"numeric": [">", 1, "<=", 5]}]}, {"a": 5}, True),
        ({"a": [{"numeric": [">", 1, "<=", 5]}]}, {"a": 1}, False),
        ({"a": [{"numeric": ["=", 3]}]}, {"a": "3"}, False),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": True}]}, {}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"a": [{"exists": False}]}, {"a": 1}, False),
        ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "10.1.2.3"}, True),
        ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "11.1.2.3"}, False),
        ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "no address"}, False),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}], "c": ["z"]}, {"b": "y"}, False),
    ],
)
def test_matching(pattern: dict[str, Any], event: dict[str, Any], expected: bool) -> None:
    assert Pattern(pattern).matches(event) is expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ({"a": [{"prefx": "x"}]}, "unrecognized match type prefx"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "not a value or an operator"),
        ({"a": "x"}, "must be an object or a non-empty array"),
        ({"a": []}, "must be an object or a non-empty array"),
        ({}, "must be a non-empty object"),
        ({"a": {}}, "must be a non-empty object"),
        ({"a": [["x"]]}, "not a value or an operator"),
        ({"a": [{"prefix": 1}]}, "takes a non-empty string"),
        ({"a": [{"numeric": [">"]}]}, "one or two comparisons"),
        ({"a": [{"numeric": ["!=", 1]}]}, "no comparison"),
        ({"a": [{"numeric": [">", "1"]}]}, "no comparison"),
        ({"a": [{"exists": "yes"}]}, "exists takes true or false"),
        ({"a": [{"cidr": "10.0.0.0/99"}]}, "cidr"),
        ({"a": [{"anything-but": {"numeric": [">", 1]}}]}, "is not known"),
        ({"a": [{"anything-but": []}]}, "takes strings or numbers"),
        ({"$or": [{"a": ["x"]}]}, "at least two alternatives"),
    ],
)
def test_what_is_not_a_pattern_is_refused(pattern: dict[str, Any], message: str) -> None:
    with pytest.raises(PatternError, match=message):
        Pattern(pattern)


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(PatternError, match="Event pattern is not valid"):
        parse_pattern("{")


_VALUES = st.one_of(st.text("xyz", max_size=3), st.integers(-3, 3), st.booleans(), st.none())


@given(event=st.dictionaries(st.sampled_from("abc"), _VALUES, min_size=1))
def test_an_event_matches_the_pattern_of_its_own_values(event: dict[str, Any]) -> None:
    pattern = {name: [value] for name, value in event.items()}
    assert parse_pattern(json.dumps(pattern)).matches(event)
    assert not parse_pattern(json.dumps({**pattern, "missing": ["x"]})).matches(event)


@given(value=_VALUES, others=st.lists(st.text("xyz", min_size=1, max_size=2), min_size=1, max_size=3))
def test_anything_but_is_the_opposite_of_a_list(value: Any, others: list[str]) -> None:
    event = {"a": value}
    assert Pattern({"a": [{"anything-but": others}]}).matches(event) is not Pattern({"a": others}).matches(
        event
    )
