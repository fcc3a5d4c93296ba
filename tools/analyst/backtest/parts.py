"""What the analyst's report pages are put together from: a document, tiles and tables."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2a33;--soft:#4c606c;--rule:#d5dde2;--tile:#f2f6f8;
--first:#0b6e99;--second:#b84d12;--fraud:#c0392b;--other:#9db4c0;--others:#4f7386}
@media (prefers-color-scheme:dark){:root{--paper:#12191e;--ink:#e4ebef;--soft:#a9bac4;--rule:#33424c;
--tile:#1d272e;--first:#58b7e0;--second:#f0955a;--fraud:#ef6f62;--other:#5d7682;--others:#8fb3c6}}
body{font:15px/1.5 system-ui,sans-serif;background:var(--paper);color:var(--ink);max-width:1120px;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid var(--rule)}
p.note{color:var(--soft);margin-top:.2rem}
li{overflow-wrap:anywhere}
div.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .8rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
th{font-weight:600;color:var(--soft);vertical-align:bottom;white-space:normal;min-width:4.5rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.8rem;margin:1rem 0}
.tile{background:var(--tile);border-radius:8px;padding:.7rem 1rem}
.tile b{display:block;font-size:1.35rem}
.tile span{color:var(--soft);font-size:.85rem}
.plots{display:flex;flex-wrap:wrap;gap:1.2rem}
figure{margin:0;flex:1 1 440px;max-width:545px;min-width:0}
figcaption{font-weight:600}
svg{width:100%;height:auto;font-size:12px;fill:var(--soft)}
svg .grid{stroke:var(--rule)}
svg .name{font-weight:600}
svg .line{fill:none;stroke-width:2}
.line.first{stroke:var(--first)}.line.second{stroke:var(--second)}
.line.fraud{stroke:var(--fraud)}.line.others{stroke:var(--others)}
.area.first{fill:var(--first)}.area.second{fill:var(--second)}.area.fraud{fill:var(--fraud)}
.area.other{fill:var(--other)}.area.others{fill:var(--others)}
@media (max-width:560px){figure{flex-basis:100%}svg{font-size:16px}
th,td{padding:.25rem .35rem}th{min-width:0}}
"""
_HEAD: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)


def document(title: str, body: Iterable[str]) -> str:
    """Return a whole page."""
    head = f"{_HEAD}<title>{escape(title)}</title><style>{_STYLE}</style></head>"
    return f"{head}<body>{''.join(body)}</body></html>\n"


def tiles_of(tiles: Iterable[tuple[str, str]]) -> str:
    """Return figures with their labels, side by side."""
    shown = "".join(f'<div class="tile"><b>{value}</b><span>{label}</span></div>' for label, value in tiles)
    return f'<div class="tiles">{shown}</div>'


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table that scrolls by itself where it is too wide."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header) if any(header) else ""
    lines_of_cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{lines_of_cells}</table></div>'


def number(value: float | None, digits: int = 3) -> str:
    """Return a number for people, a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """Return a share in per cent."""
    return "-" if value is None else f"{value:.1%}"
