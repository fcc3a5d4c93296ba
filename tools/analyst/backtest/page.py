"""The report as a page that needs nothing but itself."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from tools.analyst.backtest.parts import document, number, percent, table, tiles_of
from tools.analyst.backtest.plots import Axis, Line, Tick, bars, counts, lines, logarithms, shares
from tools.analyst.backtest.plots import days as days_axis
from tools.analyst.backtest.summary import days

_COLOURS: Final = ("first", "second")
_SHOWN_FALSE_POSITIVES: Final = 0.05
_SCORES: Final = Axis("score", 1, [Tick(each / 5, f"{each / 5:.1f}") for each in range(6)])


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
    return document("Backtest", body)


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
        ("average precision", number(ranking["average_precision"])),
        ("area under the ROC curve", number(ranking["auc"])),
        ("alerts a day", number(alerts["per_day"], 1)),
        ("of alerts, fraud", percent(alerts["precision"])),
        ("of frauds, found by an alert", percent(alerts["recall"])),
        ("transactions a second", f"{run['run']['transactions_per_second'] or 0:,}"),
    ]
    title = f"<h2>{escape(name)}</h2>" if several else f'<p class="note">{escape(name)}</p>'
    return title + tiles_of(tiles)


def _data(data: Mapping[str, Any]) -> str:
    late = data["out_of_order"]["rows"]
    rows = [
        ("data lines", f"{data['lines']:,}"),
        ("rows read", f"{data['rows']:,}"),
        ("rows refused", f"{data['bad_rows']:,}"),
        ("rows out of order", f"{late:,}"),
        ("transactions", f"{data['transactions']:,}"),
        ("frauds", f"{data['frauds']:,} ({percent(data['frauds'] / max(data['transactions'], 1))})"),
        ("without a label", f"{data['without_label']:,}"),
        ("accounts", f"{data['accounts']:,}"),
        ("duplicates, scored once", f"{data['duplicates']:,}"),
        ("too late to learn from", f"{data['too_late_to_learn_from']:,}"),
    ]
    listed = "".join(f"<li>{escape(reason)}</li>" for reason in data["bad_row_reasons"])
    more = data["bad_rows"] - len(data["bad_row_reasons"])
    listed += f"<li>and {more:,} more</li>" if more > 0 else ""
    return "<h2>Data</h2>" + table(("", ""), rows) + (f"<ul>{listed}</ul>" if listed else "")


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
            number(each["threshold"]),
            f"{each['alerts']:,}",
            percent(each["precision"]),
            percent(each["recall"]),
        )
        for each in run["ranking"]["by_alert_rate"]
    ]
    title = f"<h3>{escape(name)}</h3>" if several else ""
    return title + table(("alert rate", "score from", "alerts", "precision", "recall"), rows)


def _amounts(run: Mapping[str, Any]) -> str:
    rows = [
        (currency, *(f"{each[key]:,.0f}" for key in ("fraud", "saved", "held_up_without_need")))
        for currency, each in run["alerts"]["amounts"].items()
    ]
    return table(("currency", "amount of frauds", "found by an alert", "genuine, flagged"), rows)


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
                percent(run["ranking"]["by_scenario"][scenario][key])
                for run in runs
                for key in ("recall_of_alerts", "recall_at_1pct_alerts")
            ),
        )
        for scenario, each in runs[0]["ranking"]["by_scenario"].items()
    ]
    return "<h2>Kinds of fraud</h2>" + table(header, rows)


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
            percent(rule["precision"]),
            number(rule["mean_points"], 2),
            f"{rule['alerts']:,}",
            percent(rule["alert_precision"]),
            f"{rule['alerts_only_with_it']:,}",
            f"{rule['frauds_only_with_it']:,}",
        )
        for code, rule in sorted(run["rules"].items(), key=lambda entry: -entry[1]["alerts"])
    ]
    return f"<h2>Quantities and rules ({escape(name)})</h2>" + table(header, rows)
