"""Numbers within bounds: what is outside, no number or not finite is refused by what it should be."""

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.terminal.numbers import within

READ = within("a share from 0 to 1", 0, 1)


@given(st.floats(0, 1))
def test_what_is_within_is_read(value: float) -> None:
    assert READ(repr(value)) == value


@pytest.mark.parametrize("text", ["", "many", "nan", "inf", "-0.1", "1.1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a share from 0 to 1"):
        READ(text)


def test_the_least_itself_may_be_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        within("a rate above 0", 0, 1, above=True)("0")
