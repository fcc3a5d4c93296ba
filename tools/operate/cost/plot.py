"""The bill over the number of transactions as an SVG file for a README; both axes by powers of ten."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 40, 56
STYLE = (
    "text{font:13px sans-serif;fill:#57606a}.grid{stroke:#8c959f;stroke-opacity:.3}"
    ".line{fill:none;stroke-width:2.5}.name{fill:#24292f}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.name{fill:#f0f6fc}}"
)


class Curve(NamedTuple):
    """A named line: points of transactions a day and dollars a month."""

    name: str
    colour: str
    dash: str
    points: Sequence[tuple[float, float]]


def plot(title: str, curves: Sequence[Curve]) -> str:
    """Return the file's text."""
    across = [x for curve in curves for x, _ in curve.points]
    up = [y for curve in curves for _, y in curve.points]
    horizontal, vertical = _powers(min(across), max(across)), _powers(min(up), max(up))
    parts = [_frame(horizontal, vertical)]
    for number, curve in enumerate(curves):
        points = " ".join(f"{_x(x, horizontal):.1f},{_y(y, vertical):.1f}" for x, y in curve.points)
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(f'<polyline class="line" stroke="{curve.colour}"{dash} points="{points}"/>')
        left = LEFT + number * 190
        parts.append(
            f'<line class="line" x1="{left}" x2="{left + 24}" y1="18" y2="18" stroke="{curve.colour}"{dash}/>'
        )
        parts.append(f'<text class="name" x="{left + 30}" y="22">{escape(curve.name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def _powers(least: float, greatest: float) -> range:
    return range(math.floor(math.log10(least)), math.ceil(math.log10(greatest)) + 1)


def _frame(horizontal: range, vertical: range) -> str:
    parts = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(10**power, vertical):.1f}" '
        f'y2="{_y(10**power, vertical):.1f}"/><text x="{LEFT - 8}" y="{_y(10**power, vertical) + 4:.1f}" '
        f'text-anchor="end">{_short(power)}</text>'
        for power in vertical
    ]
    parts += [
        f'<text x="{_x(10**power, horizontal):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
        f"{_short(power)}</text>"
        for power in horizontal
    ]
    parts.append(
        f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
        "transactions a day</text>"
        f'<text class="name" x="16" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {HEIGHT / 2})">US dollars a month</text>'
    )
    return "".join(parts)


def _short(power: int) -> str:
    """Return a power of ten as people write it: 10, 100, 1 k, 1 M."""
    thousands, rest = divmod(power, 3)
    return f"{10**rest} {' kMG'[thousands]}".rstrip()


def _x(value: float, powers: range) -> float:
    return LEFT + (math.log10(value) - powers[0]) / (powers[-1] - powers[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, powers: range) -> float:
    return (
        HEIGHT - BOTTOM - (math.log10(value) - powers[0]) / (powers[-1] - powers[0]) * (HEIGHT - TOP - BOTTOM)
    )
