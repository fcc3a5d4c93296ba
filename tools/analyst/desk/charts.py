"""Small pictures as inline SVG: every colour is a class of the page's palette, and nothing is scripted."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 520
_LEFT: Final = 62
_RIGHT: Final = 12
_TOP: Final = 14
_BOTTOM: Final = 30
_TICKS: Final = 4
_SMALLEST_DRAWN: Final = 0.01
"""Smallest amount on the logarithmic axis, also drawn for smaller ones."""


class Dot(NamedTuple):
    """One payment: when (epoch milliseconds), how much, its class, and what it is called."""

    at: int
    value: float
    kind: str
    name: str


class Bar(NamedTuple):
    """One column: its name, and how much of each class, from the bottom up."""

    name: str
    parts: Sequence[tuple[str, float]]


def dots(title: str, drawn: Sequence[Dot], labels: Sequence[tuple[int, str]], height: int = 220) -> Markup:
    """Return amounts over time, on a logarithmic scale; marks are drawn above ordinary dots.

    Args:
        title: What it shows, for those who do not see it.
        drawn: The payments.
        labels: Times to name on the axis.
        height: In units of the picture, which is `WIDTH` wide.
    """
    if not drawn:
        return Markup("")
    first, last = min(dot.at for dot in drawn), max(dot.at for dot in drawn)
    values = [max(dot.value, _SMALLEST_DRAWN) for dot in drawn]
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)

    def across(at: int) -> float:
        if last == first:
            return (_LEFT + WIDTH - _RIGHT) / 2
        return _LEFT + 10 + (at - first) / (last - first) * (WIDTH - _LEFT - _RIGHT - 20)

    def up(value: float) -> float:
        place = (math.log10(max(value, _SMALLEST_DRAWN)) - low) / (high - low)
        return height - _BOTTOM - place * (height - _TOP - _BOTTOM)

    step = max(1, math.ceil((high - low) / _TICKS))
    parts = [_grid(up(10**power), _short(10.0**power)) for power in range(low, high + 1, step)]
    edges: float = -math.inf
    for at, text in sorted(labels):
        x = min(max(across(at), _LEFT + 34), WIDTH - _RIGHT - 34)
        if x - edges > 80:
            edges = x
            parts.append(_text(x, height - 8, text, "middle"))
    for dot in sorted(drawn, key=lambda dot: dot.kind != "payment"):
        radius = 3.5 if dot.kind == "payment" else 6
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" class="dot {}"><title>{}</title></circle>').format(
                across(dot.at), up(dot.value), radius, dot.kind, dot.name
            )
        )
    return _svg(title, WIDTH, height, parts)


def columns(title: str, drawn: Sequence[Bar], height: int = 150, *, marks: int = 6) -> Markup:
    """Return stacked columns, side by side; some of them are named below."""
    greatest = max((sum(value for _, value in bar.parts) for bar in drawn), default=0) or 1
    top = _round_up(greatest)
    wide = (WIDTH - _LEFT - _RIGHT) / max(len(drawn), 1)
    room = height - _TOP - _BOTTOM
    # Columns count: there is no half of one.
    shares = [share for share in (0, 0.5, 1) if (top * share).is_integer()]
    parts = [_grid(height - _BOTTOM - room * share, _short(top * share)) for share in shares]
    every = max(1, math.ceil(len(drawn) / marks))
    for place, bar in enumerate(drawn):
        x, base = _LEFT + place * wide, float(height - _BOTTOM)
        for kind, value in bar.parts:
            tall = value / top * room
            base -= tall
            if value:
                parts.append(
                    Markup(
                        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="area {}">'
                        "<title>{}: {:,g} {}</title></rect>"
                    ).format(x + 0.5, base, max(wide - 1.5, 0.8), tall, kind, bar.name, value, kind)
                )
        if place % every == 0:
            parts.append(_text(x + wide / 2, height - 8, bar.name, "middle"))
    return _svg(title, WIDTH, height, parts)


def spark(title: str, values: Sequence[float]) -> Markup:
    """Return a word-sized picture of a few values, the latest last."""
    greatest, wide, height = max(values, default=0) or 1, 14, 24
    parts = []
    for place, value in enumerate(values):
        tall = max(value / greatest * height, 1)
        rect = Markup('<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}" class="area payment"/>')
        parts.append(rect.format(place * wide, height - tall, wide - 2, tall))
    return _svg(title, wide * max(len(values), 1), height, parts)


def curve(title: str, points: Sequence[tuple[float, float]], marked: tuple[float, float] | None) -> Markup:
    """Return precision over alerts per day, and where the threshold stands now."""
    height = 230
    if not points:
        return Markup("")
    most = _round_up(max(x for x, _ in points))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = _LEFT + point[0] / most * (WIDTH - _LEFT - _RIGHT)
        return across, height - _BOTTOM - point[1] * (height - _TOP - _BOTTOM)

    parts = [_grid(place((0, share))[1], f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [
        _text(min(place((most * part, 0))[0], WIDTH - 24), height - 8, f"{most * part:,g}", "middle")
        for part in (0, 0.25, 0.5, 0.75, 1)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, points))
    parts.append(Markup('<polyline points="{}" class="line"/>').format(line))
    if marked:
        x, y = place(marked)
        parts.append(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="6" class="dot this"/>').format(x, y))
    return _svg(title, WIDTH, height, parts)


def meter(value: float, greatest: float, kind: str) -> Markup:
    """Return a bar of a share of the greatest, whatever its sign."""
    share = min(abs(value) / greatest, 1) if greatest else 0
    return Markup(
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="10" class="area track"/>'
        '<rect x="0" width="{:.1f}" height="10" class="area {}"/></svg>'
    ).format(max(share * 100, 0.5), kind)


def _short(value: float) -> str:
    """Return a number in few letters: 10000 is `10k`."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(power * step for step in (1, 2, 4, 5, 10) if value <= power * step * 1.000001)


def _grid(y: float, text: str) -> Markup:
    return Markup('<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" class="grid"/>').format(
        _LEFT, WIDTH - _RIGHT, y, y
    ) + _text(_LEFT - 6, y + 4, text, "end")


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, escape(text))


def _svg(title: str, width: int, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, title, Markup("").join(parts)
    )
