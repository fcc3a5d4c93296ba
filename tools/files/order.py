"""Check the order of timestamps in a file: count late rows, and refuse rows far ahead.

A replay uses the greatest timestamp so far as the current time, and releases the labels known by then. A row
a week ahead would release a week of labels too early. Either such a row is wrong or the rows after it are
late: it is refused if at least as many of the following rows are in order without it. A gap in the history is
valid, because all rows after it are equally late.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import gt, lt
from typing import Final

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
NEIGHBOURS: Final = 9
"""Following rows that are compared with a row; up to half of them may be wrong too."""
_EVIDENCE: Final = {DAY: 0, HOUR: 6}
"""Milliseconds that a row is ahead; how many more rows must be in order without it than with it.

Within a day of each other, rows of two sources may well be mixed; a row that almost none of the next nine
agrees with is wrong all the same."""
_NAMED: Final = 5
_FEWEST_TO_JUDGE: Final = 20


class Order:
    """The order of the rows so far.

    Attributes:
        late: Number of rows with an earlier time than a previous row.
        latest: Maximum lateness, in milliseconds.
        late_lines: First line numbers of late rows.
    """

    def __init__(self) -> None:
        self.late = 0
        self.latest = 0
        self.late_lines: list[int] = []
        self._now: int | None = None
        self._last: int | None = None
        self._rising = self._falling = 0
        self._judged = self._far_off = 0

    def seen(self, times: Sequence[int]) -> None:
        """Record the times of rows."""
        if not times:
            return
        if self._last is not None:
            self._rising += self._last < times[0]
            self._falling += self._last > times[0]
        self._rising += sum(map(lt, times, islice(times, 1, None)))
        self._falling += sum(map(gt, times, islice(times, 1, None)))
        self._last = times[-1]

    @property
    def fault(self) -> str:
        """Why the rows are not a history; empty if they may be."""
        if self._falling > max(1, 2 * self._rising):
            return "its newest rows come first: sort it by timestamp"
        if self._judged >= _FEWEST_TO_JUDGE and 2 * self._far_off > self._judged:
            return "its rows are not in order of time: sort it by timestamp"
        return ""

    def far_ahead(self, times: Sequence[int], count: int, lines: Sequence[int]) -> list[int]:
        """Return the indexes of rows among the first ``count`` that are far ahead.

        Args:
            times: Times of consecutive rows, including following ones for comparison.
            count: Number of rows to judge.
            lines: Line numbers of the rows.
        """
        self._judged += count
        in_order = not any(map(gt, times, islice(times, 1, None)))
        if in_order and count and (self._now is None or times[0] >= self._now):
            self._now = times[count - 1]
            return []
        return [place for place in range(count) if not self._taken(times, place, lines[place])]

    def _taken(self, times: Sequence[int], place: int, line: int) -> bool:
        time, now = times[place], self._now
        if now is not None and time < now:
            self._note_late(now - time, line)
        elif now is None or time > now:
            if _is_ahead(time, now, times[place + 1 : place + 1 + NEIGHBOURS]):
                self._far_off += 1
                return False
            self._now = time
        return True

    def _note_late(self, late_by: int, line: int) -> None:
        self.late += 1
        self.latest = max(self.latest, late_by)
        self._far_off += late_by > DAY
        if len(self.late_lines) < _NAMED:
            self.late_lines.append(line)


def _is_ahead(time: int, now: int | None, following: Sequence[int]) -> bool:
    """Return whether a row is ahead of previous rows, and later ones are better ordered without it."""
    for margin, needed in _EVIDENCE.items():
        if now is not None and time <= now + margin:
            continue
        with_it = 1 + _in_order((each for each in following if each >= time - margin), margin)
        without = _in_order((each for each in following if now is None or each >= now - margin), margin)
        if without - with_it >= needed:
            return True
    return False


def _in_order(times: Iterable[int], margin: int) -> int:
    """Return the maximum number of rows of which none is late by more than a margin."""
    longest: dict[int, int] = {}
    for time in times:
        for latest, length in [(time - 1, 0), *longest.items()]:
            if time >= latest - margin:
                now = max(latest, time)
                longest[now] = max(longest.get(now, 0), length + 1)
    return max(longest.values(), default=0)
