"""Rows in time: far ahead, late, in no order, after a pause."""

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tools.files.tables import DAY, HOUR, MINUTE, START, read, row, write
from tools.files.errors import SourceError
from tools.files.order import Order

GOOD = [row(number) for number in range(40)]


@pytest.mark.parametrize("days", [3, 400])
@pytest.mark.parametrize("places", [[15], [0], [14, 15, 16], [3, 9, 30]])
def test_rows_stamped_far_ahead_are_refused_and_change_no_other(
    tmp_path: Path, days: int, places: list[int]
) -> None:
    lines = list(GOOD)
    for place in places:
        lines[place] = row(place, timestamp=START + place * MINUTE + days * DAY)
    rows, file = read(write(tmp_path / "t.csv", lines))
    assert [each.line for each in file.first_refused] == [place + 2 for place in places]
    assert {each.reason for each in file.first_refused} == {"timestamp is far ahead of the rows around it"}
    assert file.order.late == 0
    assert [each.line for each in rows] == [line for line in range(2, 42) if line - 2 not in places]


def test_a_row_far_ahead_at_the_edge_of_a_block_is_found(tmp_path: Path) -> None:
    lines = [row(number) for number in range(9000)]
    for place in range(1000, 9000, 100):
        lines[place] = row(place, timestamp=START + place * MINUTE + 30 * DAY)
    _, file = read(write(tmp_path / "t.csv", lines))
    assert (file.refused, file.order.late) == (80, 0)


@settings(max_examples=200, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([1, MINUTE, 7 * HOUR, DAY, 3 * DAY, 40 * DAY]), min_size=2, max_size=40),
    place=st.integers(0, 99),
    ahead_by=st.sampled_from([DAY + 1, 2 * DAY, 4 * DAY, 700 * DAY]),
)
def test_a_row_a_day_ahead_of_the_next_is_refused_however_sparse_the_file(
    gaps: list[int], place: int, ahead_by: int
) -> None:
    times = list(accumulate(gaps, initial=START))
    place %= len(times) - 1
    times[place] = times[place + 1] + ahead_by
    assert Order().far_ahead(times, len(times), range(len(times))) == [place]


def test_a_row_hours_ahead_that_no_row_agrees_with_is_refused(tmp_path: Path) -> None:
    lines = list(GOOD)
    lines[12] = row(12, timestamp=START + 3 * HOUR)
    _, file = read(write(tmp_path / "t.csv", lines))
    assert ([each.line for each in file.first_refused], file.order.late) == ([14], 0)


def test_two_sources_whose_clocks_differ_by_hours_are_both_taken(tmp_path: Path) -> None:
    times = [START + number * MINUTE + (number % 3 == 1) * 2 * HOUR for number in range(200)]
    rows, file = read(write(tmp_path / "t.csv", [row(n, timestamp=time) for n, time in enumerate(times)]))
    assert len(rows) == 200
    assert file.order.late > 100


def test_a_pause_in_a_history_is_no_fault(tmp_path: Path) -> None:
    times = [START + number * MINUTE + (number // 10) * 20 * DAY for number in range(40)]
    rows, file = read(write(tmp_path / "t.csv", [row(n, timestamp=time) for n, time in enumerate(times)]))
    assert (len(rows), file.order.late) == (40, 0)


def test_the_first_rows_after_a_pause_are_taken_among_late_ones(tmp_path: Path) -> None:
    late = [START + 12 * MINUTE, START - 5 * DAY]
    times = [START + number * MINUTE for number in range(20)]
    times += [
        START + 9 * DAY,
        START + 9 * DAY + MINUTE,
        *late,
        *(START + 9 * DAY + n * MINUTE for n in range(3, 20)),
    ]
    rows, file = read(write(tmp_path / "t.csv", [row(n, timestamp=time) for n, time in enumerate(times)]))
    assert (len(rows), file.order.late) == (len(times), 2)


def test_rows_that_come_late_are_counted_and_named(tmp_path: Path) -> None:
    lines = [*GOOD[:30], *GOOD[3:5], *GOOD[30:]]
    lines[30:32] = [row(100, timestamp=START + 3 * MINUTE), row(101, timestamp=START - 9 * DAY)]
    rows, file = read(write(tmp_path / "t.csv", lines))
    assert (len(rows), file.order.late, file.order.late_lines) == (42, 2, [32, 33])
    assert file.order.latest == 9 * DAY + 29 * MINUTE


@pytest.mark.parametrize("step", [MINUTE, 3 * DAY])
def test_a_file_in_no_order_is_refused(tmp_path: Path, step: int) -> None:
    times = [START + number * step for number in range(300)]
    newest_first = [row(number, timestamp=time) for number, time in enumerate(reversed(times))]
    with pytest.raises(SourceError, match="its newest rows come first: sort it by timestamp"):
        read(write(tmp_path / "t.csv", newest_first))
    shuffled = [row(n, timestamp=START + n * 7919 % 300 * 9 * DAY) for n in range(300)]
    with pytest.raises(SourceError, match=r"not in order of time|newest rows come first"):
        read(write(tmp_path / "u.csv", shuffled))
