"""The report as a page that needs nothing but itself."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from tools.analyst.backtest.plots import Axis, Line, Tick, bars, counts, lines, logarithms, shares
from tools.analyst.backtest.plots import days as days_axis
from tools.analyst.backtest.summary import days

_COLOURS: Final = ("first", "second")
_SHOWN_FALSE_POSITIVES: Final = 0.05
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
_SCORES: Final = Axis("score", 1, [Tick(each / 5, f"{each / 5:.1f}") for each in range(6)])
_HEAD: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)


def page(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of one run, or of two to compare.

    Args:
        runs: As `figures_of` gives them.
    """
    names = [_name(run, number) for number, run in enumerate(runs)]
    body = [
        f"<h1>Backtest of {escape(runs[0]['data']['file'])}</h1>",
        f'<p class="note">{escape(_provenance(runs[0]))}</p>',
        *(_tiles(name, run, several=len(runs) > 1) for name, run in zip(names, runs, strict=True)),
        _data(runs[0]["data"]),
        "<h2>Ranking</h2>",
        _ranking(names, runs),
        *(_rates(name, run, several=len(runs) > 1) for name, run in zip(names, runs, strict=True)),
        "<h2>Alerts</h2>",
        f'<div class="plots">{_days_plot(runs[0])}{_scores_plot(runs[0])}</div>' if runs[0]["days"] else "",
        _amounts(runs[0]),
        _scenarios(names, runs),
        *(_rules(name, run) for name, run in zip(names, runs, strict=True)),
        '<p class="note">Figures on synthetic data are no performance in the field.</p>',
    ]
    return (
        f"{_HEAD}<title>Backtest</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _name(run: Mapping[str, Any], number: int) -> str:
    """Return what a run is called; two of the same rules must be told apart."""
    return f"{'against ' if number else 'rules '}{run['run']['rules_version']}"


def _ranking(names: Sequence[str], runs: Sequence[Mapping[str, Any]]) -> str:
    if not runs[0]["ranking"]["curve"]:
        return '<p class="note">No row is labelled as fraud, so there is no ranking to judge.</p>'
    return f'<div class="plots">{_precision_plot(names, runs)}{_roc_plot(names, runs)}</div>'


def _provenance(run: Mapping[str, Any]) -> str:
    delay = run["run"]["label_delay_days"]
    labels = "no labels used" if delay is None else f"labels known after {days(delay)}"
    data = run["data"]
    return f"{data['first_day']} to {data['last_day']}; {labels}; rows in the file's order"


def _tiles(name: str, run: Mapping[str, Any], *, several: bool) -> str:
    ranking, alerts = run["ranking"], run["alerts"]
    tiles = [
        ("average precision", _number(ranking["average_precision"])),
        ("area under the ROC curve", _number(ranking["auc"])),
        ("alerts a day", _number(alerts["per_day"], 1)),
        ("of alerts, fraud", _percent(alerts["precision"])),
        ("of frauds, found by an alert", _percent(alerts["recall"])),
        ("transactions a second", f"{run['run']['transactions_per_second'] or 0:,}"),
    ]
    title = f"<h2>{escape(name)}</h2>" if several else f'<p class="note">{escape(name)}</p>'
    shown = "".join(f'<div class="tile"><b>{value}</b><span>{label}</span></div>' for label, value in tiles)
    return f'{title}<div class="tiles">{shown}</div>'


def _data(data: Mapping[str, Any]) -> str:
    late = data["out_of_order"]["rows"]
    rows = [
        ("data lines", f"{data['lines']:,}"),
        ("rows read", f"{data['rows']:,}"),
        ("rows refused", f"{data['bad_rows']:,}"),
        ("rows out of order", f"{late:,}"),
        ("transactions", f"{data['transactions']:,}"),
        ("frauds", f"{data['frauds']:,} ({_percent(data['frauds'] / max(data['transactions'], 1))})"),
        ("without a label", f"{data['without_label']:,}"),
        ("accounts", f"{data['accounts']:,}"),
        ("duplicates, scored once", f"{data['duplicates']:,}"),
        ("too late to learn from", f"{data['too_late_to_learn_from']:,}"),
    ]
    listed = "".join(f"<li>{escape(reason)}</li>" for reason in data["bad_row_reasons"])
    more = data["bad_rows"] - len(data["bad_row_reasons"])
    listed += f"<li>and {more:,} more</li>" if more > 0 else ""
    return "<h2>Data</h2>" + _table(("", ""), rows) + (f"<ul>{listed}</ul>" if listed else "")


def _precision_plot(names: Sequence[str], runs: Sequence[Mapping[str, Any]]) -> str:
    drawn = [
        Line(name, [(recall, precision) for recall, precision, _ in run["ranking"]["curve"]], colour)
        for name, run, colour in zip(names, runs, _COLOURS, strict=False)
    ]
    return lines("Precision over recall", shares("share of frauds found"), shares("precision"), drawn)


def _roc_plot(names: Sequence[str], runs: Sequence[Mapping[str, Any]]) -> str:
    drawn = [
        Line(name, [(0.0, 0.0), *_until(run["ranking"]["curve"], _SHOWN_FALSE_POSITIVES)], colour)
        for name, run, colour in zip(names, runs, _COLOURS, strict=False)
    ]
    flagged = shares("share of genuine transactions flagged", _SHOWN_FALSE_POSITIVES)
    found = shares("share of frauds found")
    return lines("Frauds found, to 5 % of the genuine flagged", flagged, found, drawn)


def _until(curve: Sequence[Sequence[float]], flagged: float) -> list[tuple[float, float]]:
    return [(across, up) for up, _, across in curve if across <= flagged]


def _days_plot(run: Mapping[str, Any]) -> str:
    if not run["alerts"]["alerts"]:
        return '<p class="note">No score reached the threshold, so there are no alerts by day.</p>'
    days = run["days"]
    frauds = [(float(place), day["frauds_among_them"]) for place, day in enumerate(days)]
    others = [(float(place), day["alerts"] - day["frauds_among_them"]) for place, day in enumerate(days)]
    return bars(
        "Alerts by day",
        days_axis("day", [day["day"] for day in days]),
        counts("alerts", max((day["alerts"] for day in days), default=1)),
        [Line("fraud", frauds, "fraud"), Line("not known as fraud", others, "other")],
    )


def _scores_plot(run: Mapping[str, Any]) -> str:
    """Draw counts by their logarithm, or the few frauds would not be seen."""
    classes = run["scores"]
    width = 1 / len(classes)
    most = max((max(each["frauds"], each["others"]) for each in classes), default=1)
    drawn = [
        Line(
            name,
            [((place + 0.5) * width, math.log10(each[key] + 1)) for place, each in enumerate(classes)],
            colour,
        )
        for name, key, colour in (("fraud", "frauds", "fraud"), ("other", "others", "others"))
    ]
    return lines("Transactions by score", _SCORES, logarithms("transactions", most), drawn)


def _rates(name: str, run: Mapping[str, Any], *, several: bool) -> str:
    rows = [
        (
            f"{each['alert_rate']:.1%}",
            _number(each["threshold"]),
            f"{each['alerts']:,}",
            _percent(each["precision"]),
            _percent(each["recall"]),
        )
        for each in run["ranking"]["by_alert_rate"]
    ]
    title = f"<h3>{escape(name)}</h3>" if several else ""
    return title + _table(("alert rate", "score from", "alerts", "precision", "recall"), rows)


def _amounts(run: Mapping[str, Any]) -> str:
    rows = [
        (currency, *(f"{each[key]:,.0f}" for key in ("fraud", "saved", "held_up_without_need")))
        for currency, each in run["alerts"]["amounts"].items()
    ]
    return _table(("currency", "amount of frauds", "found by an alert", "genuine, flagged"), rows)


def _scenarios(names: Sequence[str], runs: Sequence[Mapping[str, Any]]) -> str:
    if not runs[0]["ranking"]["by_scenario"]:
        return ""
    header = ["scenario", "frauds"]
    for name in names:
        header += [f"alerted, {name}" if len(names) > 1 else "alerted", "among the top 1 %"]
    rows = [
        (
            scenario,
            f"{each['frauds']:,}",
            *(
                _percent(run["ranking"]["by_scenario"][scenario][key])
                for run in runs
                for key in ("recall_of_alerts", "recall_at_1pct_alerts")
            ),
        )
        for scenario, each in runs[0]["ranking"]["by_scenario"].items()
    ]
    return "<h2>Kinds of fraud</h2>" + _table(header, rows)


def _rules(name: str, run: Mapping[str, Any]) -> str:
    header = (
        "quantity or rule", "mode", "hits", "precision", "mean points", "alerts", "precision",
        "alerts only with it", "frauds only with it",
    )  # fmt: skip
    rows = [
        (
            code,
            rule["mode"],
            f"{rule['hits']:,}",
            _percent(rule["precision"]),
            _number(rule["mean_points"], 2),
            f"{rule['alerts']:,}",
            _percent(rule["alert_precision"]),
            f"{rule['alerts_only_with_it']:,}",
            f"{rule['frauds_only_with_it']:,}",
        )
        for code, rule in sorted(run["rules"].items(), key=lambda entry: -entry[1]["alerts"])
    ]
    return f"<h2>Quantities and rules ({escape(name)})</h2>" + _table(header, rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header) if any(header) else ""
    lines_of_cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{lines_of_cells}</table></div>'


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
