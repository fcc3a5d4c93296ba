"""A run in a few lines for the terminal."""

from collections.abc import Mapping
from typing import Any


def summary(run: Mapping[str, Any]) -> str:
    """Return what one run says."""
    data, ranking, alerts = run["data"], run["ranking"], run["alerts"]
    delay = run["run"]["label_delay_days"]
    lines = [
        (
            f"{data['file']}: {data['transactions']:,} transactions of {data['accounts']:,} accounts, "
            f"{data['frauds']:,} frauds, {data['first_day']} to {data['last_day']}"
        ),
        f"  rules {run['run']['rules_version']}, "
        + ("no labels" if delay is None else f"labels after {days(delay)}")
        + f", {run['run']['transactions_per_second']:,} transactions a second",
        f"  average precision {_number(ranking['average_precision'])}, AUC {_number(ranking['auc'])}",
        (
            f"  {alerts['alerts']:,} alerts from {alerts['threshold']:g} on ({_percent(alerts['rate'])}, "
            f"{_number(alerts['per_day'], 1)} a day): precision {_percent(alerts['precision'])}, "
            f"recall {_percent(alerts['recall'])}"
        ),
    ]
    lines += [f"  tuned {each['at']}: {each['outcome']}" for each in run["run"].get("tuned", ())]
    lines += [
        f"  the best {each['alert_rate']:.1%}: precision {_percent(each['precision'])}, "
        f"recall {_percent(each['recall'])}"
        for each in ranking["by_alert_rate"]
        if each["alert_rate"] in {0.005, 0.01}
    ]
    if data["duplicates"] or data["too_late_to_learn_from"]:
        lines.append(
            f"  {data['duplicates']:,} duplicates scored once, "
            f"{data['too_late_to_learn_from']:,} rows too late to learn from"
        )
    return "\n".join([*lines, *_of_the_file(data)])


def days(count: float) -> str:
    """Return ``1 day``, ``7 days`` or ``0.5 days``."""
    return f"{count:g} day" if count == 1 else f"{count:g} days"


def _of_the_file(data: Mapping[str, Any]) -> list[str]:
    """Account for every line of the file."""
    empty = f", {data['empty_lines']:,} empty lines" if data["empty_lines"] else ""
    lines = [
        f"  {data['lines']:,} data lines = {data['rows']:,} rows read + {data['bad_rows']:,} refused{empty}"
    ]
    lines += [f"    {reason}" for reason in data["bad_row_reasons"]]
    if (more := data["bad_rows"] - len(data["bad_row_reasons"])) > 0:
        lines.append(f"    and {more:,} more")
    if late := data["out_of_order"]["rows"]:
        lines.append(f"  {late:,} rows out of order, {lateness(data['out_of_order'])}")
    if data["ignored_columns"]:
        lines.append(f"  columns not used: {', '.join(data['ignored_columns'])}")
    return lines


def lateness(order: Mapping[str, Any]) -> str:
    """Return how late rows came, and the first of them."""
    listed = ", ".join(map(str, order["first_lines"]))
    return f"the latest by {order['by_seconds_at_most']:,.0f} seconds; the first: line {listed}"


def comparison(run: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return two runs beside each other."""
    figures = [
        ("average precision", "ranking", "average_precision"),
        ("AUC", "ranking", "auc"),
        ("alerts", "alerts", "alerts"),
        ("precision of alerts", "alerts", "precision"),
        ("recall of alerts", "alerts", "recall"),
    ]
    names = [each["run"]["rules_version"] for each in (run, other)]
    lines = [f"  {'':<20}{names[0]:>14}{names[1]:>14}"]
    lines += [
        f"  {name:<20}{_number(run[part][key]):>14}{_number(other[part][key]):>14}"
        for name, part, key in figures
    ]
    return "\n".join(lines)


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"
