"""Counters of other people's first uses: exact while few, sampled when many, worn off with time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import FirstUses, ProfileError
from stacks.compute.functions.detector.scoring.sharing import Kind
from stacks.compute.functions.profiles.items import uses_key
from tests.unit.functions.builders import NOW
from tests.unit.functions.histories import DAY, HOUR, MINUTE


def used(count: int, every: int = MINUTE, kind: Kind = Kind.MERCHANT) -> tuple[FirstUses, int]:
    """A place after so many first uses, and how many of them were written."""
    uses = FirstUses()
    written = sum(uses.learn(f"t-{number}", NOW + number * every, kind) for number in range(count))
    return uses, written


def test_a_few_are_counted_one_by_one() -> None:
    uses, written = used(50)
    assert (uses.total, written) == (50, 50)


def test_of_many_one_in_sixteen_is_written_and_none_is_lost_in_the_mean() -> None:
    uses, written = used(20_000)
    assert written < 20_000 / 12
    assert uses.total == pytest.approx(20_000, rel=0.1)


@pytest.mark.parametrize("kind", Kind)
def test_what_was_long_ago_counts_for_nothing(kind: Kind) -> None:
    uses, _ = used(30, kind=kind)
    soon, later = uses.at(NOW + 30 * MINUTE, kind), uses.at(NOW + 10 * DAY, kind)
    assert 25 < soon <= 30
    assert later < 0.01


def test_a_crowd_is_a_surplus_where_few_come_and_none_where_many_always_do() -> None:
    usual, _ = used(600, every=HOUR)
    end = NOW + 600 * HOUR
    assert abs(usual.surplus(end, Kind.MERCHANT)) < 2
    quiet, _ = used(3, every=10 * DAY)
    for number in range(40):
        quiet.learn(f"r-{number}", NOW + 30 * DAY + number * MINUTE, Kind.MERCHANT)
    assert quiet.surplus(NOW + 30 * DAY + HOUR, Kind.MERCHANT) > 8
    assert FirstUses().surplus(NOW, Kind.MERCHANT) == 0.0


@given(st.integers(0, 400), st.sampled_from(Kind))
def test_a_counter_survives_storage_in_one_write_unit(count: int, kind: Kind) -> None:
    uses, _ = used(count, kind=kind)
    state = uses.to_state()
    assert len(state) < 64
    again = FirstUses.from_state(state)
    assert again.to_state() == state
    assert again.at(NOW + DAY, kind) == pytest.approx(uses.at(NOW + DAY, kind), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("state", [b"", b"\x01", b"\x09" + bytes(24), None, 7, "text"])
def test_a_damaged_counter_is_refused(state: object) -> None:
    with pytest.raises(ProfileError):
        FirstUses.from_state(state)


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Kind))
def test_a_key_is_short_safe_and_of_one_name_alone(name: str, other: str, kind: Kind) -> None:
    key = uses_key(kind, name)
    assert key.startswith(f"uses#{kind}#")
    assert len(key) == len(f"uses#{kind}#") + 32
    assert key.isascii()
    assert (key == uses_key(kind, other)) is (name == other)
