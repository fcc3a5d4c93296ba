"""The order of time in a file: what comes late is counted, and what is stamped far ahead is not taken.

A replay takes the greatest timestamp so far as now, and releases the labels that are known by then. A row
that is stamped a week ahead would release a week of labels too early. Either such a row is wrong or the rows
after it are late, and the rows tell which: it is refused where more of them, or as many, are in order
without it. A pause in the history is no fault, because the rows after a pause are as late as the first.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import gt, lt
from typing import Final

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
NEIGHBOURS: Final = 9
"""Rows after a row that say whether its time is right: up to half of them may be wrong too."""
_EVIDENCE: Final = {DAY: 0, HOUR: 6}
"""Milliseconds that a row is ahead; how many more rows must be in order without it than with it.

Within a day of each other, rows of two sources may well be mixed; a row that almost none of the next nine
agrees with is wrong all the same."""
_NAMED: Final = 5
_FEWEST_TO_JUDGE: Final = 20


class Order:
    """What is known of the order so far.

    Attributes:
        late: Rows with an earlier time than a row before them.
        latest: By how much at most, in milliseconds.
        late_lines: The first of them.
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
        """Take note of the steps between rows."""
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
        """Why the rows are no history; empty while they may be one."""
        if self._falling > max(1, 2 * self._rising):
            return "its newest rows come first: sort it by timestamp"
        if self._judged >= _FEWEST_TO_JUDGE and 2 * self._far_off > self._judged:
            return "its rows are not in order of time: sort it by timestamp"
        return ""

    def far_ahead(self, times: Sequence[int], count: int, lines: Sequence[int]) -> list[int]:
        """Judge the first ``count`` rows; return the places of those that are stamped far ahead.

        Args:
            times: Of rows that follow each other; those after the first ``count`` say whether these fit.
            count: How many to judge.
            lines: Of the rows.
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
    """Whether a row is ahead of the rows before it, and those after it are better in order without it."""
    for margin, needed in _EVIDENCE.items():
        if now is not None and time <= now + margin:
            continue
        with_it = 1 + _in_order((each for each in following if each >= time - margin), margin)
        without = _in_order((each for each in following if now is None or each >= now - margin), margin)
        if without - with_it >= needed:
            return True
    return False


def _in_order(times: Iterable[int], margin: int) -> int:
    """Return how many can stay so that none is earlier than one before it by more than a margin."""
    longest: dict[int, int] = {}
    for time in times:
        for latest, length in [(time - 1, 0), *longest.items()]:
            if time >= latest - margin:
                now = max(latest, time)
                longest[now] = max(longest.get(now, 0), length + 1)
    return max(longest.values(), default=0)
