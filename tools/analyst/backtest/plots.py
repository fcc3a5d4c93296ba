"""Plots as inline SVG: no library, no network, readable in a mail client and on a phone."""

import math
from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 520
HEIGHT: Final = 320
_LEFT: Final = 84
_RIGHT: Final = 26
_TOP: Final = 38
_BOTTOM: Final = 64
_MOST_TICKS: Final = 6


class Line(NamedTuple):
    """A named line of points, in the axes' units. The colour is a name of the page's palette."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str


class Tick(NamedTuple):
    """A mark on an axis: where, in the axis' units, and what it says."""

    value: float
    text: str


class Axis(NamedTuple):
    """An axis: its name, its greatest value, its marks, and its least value."""

    name: str
    maximum: float
    ticks: Sequence[Tick]
    minimum: float = 0.0


def shares(name: str, maximum: float = 1.0) -> Axis:
    """Return an axis of shares, told in per cent."""
    steps = 5
    return Axis(
        name,
        maximum,
        [Tick(maximum * each / steps, f"{maximum * each / steps:.0%}") for each in range(steps + 1)],
    )


def counts(name: str, greatest: int) -> Axis:
    """Return an axis of whole numbers, with round marks."""
    step = _round_step(max(greatest, 1))
    marks = range(0, math.ceil(max(greatest, 1) / step) * step + 1, step)
    return Axis(name, marks[-1], [Tick(each, f"{each:,}") for each in marks])


def logarithms(name: str, greatest: int) -> Axis:
    """Return an axis for ``log10(1 + count)``, whose marks are the counts themselves."""
    powers = [10**power for power in range(max(1, math.ceil(math.log10(max(greatest, 1)))) + 1)]
    spread = math.ceil(len(powers) / _MOST_TICKS)
    marks = [0, *powers[::-spread][::-1]]
    return Axis(name, math.log10(1 + powers[-1]), [Tick(math.log10(1 + each), f"{each:,}") for each in marks])


def between(name: str, least: float, greatest: float) -> Axis:
    """Return an axis of numbers of any sign, with round marks."""
    span = max(greatest - least, 1e-9)
    step = 10.0 ** math.floor(math.log10(span))
    step = next(each for each in (step / 5, step / 2, step, 2 * step) if span / each < _MOST_TICKS)
    first, last = math.floor(least / step), math.ceil(greatest / step)
    marks = [each * step for each in range(first, max(last, first + 1) + 1)]
    return Axis(name, marks[-1], [Tick(each, f"{each:g}") for each in marks], marks[0])


def days(name: str, dates: Sequence[str]) -> Axis:
    """Return an axis of days, one after the other, marked by their dates."""
    step = max(1, _round_step(len(dates) - 1)) if len(dates) > 1 else 1
    marks = range(0, len(dates), step)
    return Axis(name, max(len(dates), 1), [Tick(place + 0.5, _day(dates[place])) for place in marks])


def lines(title: str, horizontal: Axis, vertical: Axis, drawn: Sequence[Line]) -> str:
    """Return a plot of lines."""
    parts = [_frame(horizontal, vertical)]
    for number, line in enumerate(drawn):
        points = " ".join(f"{_across(x, horizontal):.1f},{_up(y, vertical):.1f}" for x, y in line.points)
        dashes = ' stroke-dasharray="6 4"' if number else ""
        parts.append(f'<polyline points="{points}" class="line {line.colour}"{dashes}/>')
        if len(drawn) > 1:
            parts.append(_legend(number, line.name, line.colour))
    return _svg(title, parts)


def bars(title: str, horizontal: Axis, vertical: Axis, stacks: Sequence[Line]) -> str:
    """Return a plot of stacked bars, one for each point; the lines' points are alike across."""
    parts = [_frame(horizontal, vertical)]
    count = max((len(stack.points) for stack in stacks), default=0)
    width = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    heights = [0.0] * count
    for number, stack in enumerate(stacks):
        for place, (_, value) in enumerate(stack.points):
            top, bottom = _up(heights[place] + value, vertical), _up(heights[place], vertical)
            heights[place] += value
            if value:
                parts.append(
                    f'<rect x="{_LEFT + place * width:.1f}" y="{top:.1f}" width="{max(width - 1, 0.6):.1f}" '
                    f'height="{bottom - top:.1f}" class="area {stack.colour}"/>'
                )
        parts.append(_legend(number, stack.name, stack.colour))
    return _svg(title, parts)


def _round_step(greatest: int) -> int:
    """Return the least of 1, 2, 5, 10, 20 … that leaves few enough marks."""
    step = 1
    for factor in (2, 2.5, 2) * 20:
        if greatest / step < _MOST_TICKS:
            break
        step = round(step * factor)
    return step


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%b} {date.fromisoformat(text).day}"


def _frame(horizontal: Axis, vertical: Axis) -> str:
    parts = [
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{_up(y, vertical):.1f}" y2="{_up(y, vertical):.1f}" '
        f'class="grid"/><text x="{_LEFT - 8}" y="{_up(y, vertical) + 4:.1f}" text-anchor="end">'
        f"{escape(text)}</text>"
        for y, text in vertical.ticks
    ]
    parts += [
        f'<text x="{_across(x, horizontal):.1f}" y="{HEIGHT - _BOTTOM + 25}" text-anchor="middle">'
        f"{escape(text)}</text>"
        for x, text in horizontal.ticks
    ]
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    parts += [
        (
            f'<text x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle" class="name">'
            f"{escape(horizontal.name)}</text>"
        ),
        (
            f'<text x="15" y="{middle}" text-anchor="middle" class="name" '
            f'transform="rotate(-90 15 {middle})">{escape(vertical.name)}</text>'
        ),
    ]
    return "".join(parts)


def _legend(number: int, name: str, colour: str) -> str:
    x = _LEFT + 205 * number
    return (
        f'<rect x="{x}" y="6" width="12" height="12" class="area {colour}"/>'
        f'<text x="{x + 18}" y="17">{escape(name)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )


def _across(value: float, axis: Axis) -> float:
    return _LEFT + _share(value, axis) * (WIDTH - _LEFT - _RIGHT)


def _up(value: float, axis: Axis) -> float:
    return HEIGHT - _BOTTOM - _share(value, axis) * (HEIGHT - _TOP - _BOTTOM)


def _share(value: float, axis: Axis) -> float:
    return min((value - axis.minimum) / ((axis.maximum - axis.minimum) or 1), 1)
