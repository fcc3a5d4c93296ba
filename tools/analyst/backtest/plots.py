"""Plots as inline SVG: no library, no network, readable in a mail client."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 520
HEIGHT: Final = 300
_LEFT: Final = 56
_RIGHT: Final = 16
_TOP: Final = 34
_BOTTOM: Final = 44
_TICKS: Final = 5


class Line(NamedTuple):
    """A named line of points, in the axes' units."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str


class Axis(NamedTuple):
    """An axis: its name, its greatest value, and how its values are written."""

    name: str
    maximum: float
    format: str = "{:.1f}"


def lines(title: str, horizontal: Axis, vertical: Axis, drawn: Sequence[Line]) -> str:
    """Return a plot of lines."""
    parts = [_frame(horizontal, vertical)]
    for number, line in enumerate(drawn):
        points = " ".join(f"{_across(x, horizontal):.1f},{_up(y, vertical):.1f}" for x, y in line.points)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{line.colour}" stroke-width="2"/>')
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
                    f'height="{bottom - top:.1f}" fill="{stack.colour}"/>'
                )
        parts.append(_legend(number, stack.name, stack.colour))
    return _svg(title, parts)


def _frame(horizontal: Axis, vertical: Axis) -> str:
    parts = []
    for step in range(_TICKS + 1):
        x, y = horizontal.maximum * step / _TICKS, vertical.maximum * step / _TICKS
        parts += [
            (
                f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{_up(y, vertical):.1f}" '
                f'y2="{_up(y, vertical):.1f}" class="grid"/>'
            ),
            (
                f'<text x="{_LEFT - 6}" y="{_up(y, vertical) + 4:.1f}" text-anchor="end">'
                f"{escape(vertical.format.format(y))}</text>"
            ),
            (
                f'<text x="{_across(x, horizontal):.1f}" y="{HEIGHT - _BOTTOM + 16}" text-anchor="middle">'
                f"{escape(horizontal.format.format(x))}</text>"
            ),
        ]
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    parts += [
        (
            f'<text x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle" class="name">'
            f"{escape(horizontal.name)}</text>"
        ),
        (
            f'<text x="12" y="{middle}" text-anchor="middle" class="name" '
            f'transform="rotate(-90 12 {middle})">{escape(vertical.name)}</text>'
        ),
    ]
    return "".join(parts)


def _legend(number: int, name: str, colour: str) -> str:
    x = _LEFT + 215 * number
    return (
        f'<rect x="{x}" y="6" width="10" height="10" fill="{colour}"/>'
        f'<text x="{x + 16}" y="15">{escape(name)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )


def _across(value: float, axis: Axis) -> float:
    return _LEFT + min(value / (axis.maximum or 1), 1) * (WIDTH - _LEFT - _RIGHT)


def _up(value: float, axis: Axis) -> float:
    return HEIGHT - _BOTTOM - min(value / (axis.maximum or 1), 1) * (HEIGHT - _TOP - _BOTTOM)
