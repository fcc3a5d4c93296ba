"""``python -m tools.operate.size ENV``: what is used up first, at which load; writes ``build/size.json``."""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from tools.deploy.project import ROOT
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import Usage
from tools.operate.size.limits import PEAK_FACTOR, SECONDS_IN_A_DAY, Limit, Load, limits
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

A_DAY: Final = (1_000_000, 5_000_000, 20_000_000)
A_SECOND: Final = 1000.0
SHOWN: Final = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the nearest limits at each load."""
    parser = Parser(prog="python -m tools.operate.size", description=__doc__)
    parser.add_argument("environment", help="environment whose settings apply")
    parser.add_argument(
        "--peak",
        type=_factor,
        default=PEAK_FACTOR,
        help="ratio of the peak second to the daily mean (default: %(default)g)",
    )
    given = parser.parse_args(arguments)
    setting, usage = Setting.read(given.environment), Usage.read()
    print(
        f"{given.environment}: durations and units as measured {usage.date} (make cost-usage), "
        f"the busiest second {given.peak:g} times the mean"
    )
    figures = {}
    for name, load in loads(given.peak).items():
        found = limits(setting, usage, load)
        figures[name] = {"per_second": load.per_second, "limits": [_figures(each) for each in found]}
        print("\n".join(shown(name, load, found)))
    path = ROOT / "build" / "size.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"\nall limits: {path.relative_to(ROOT)}")
    return 0


def loads(peak: float) -> Mapping[str, Load]:
    """Return the loads that are looked at, by their names."""
    a_day = {f"{count:,} a day": count * peak / SECONDS_IN_A_DAY for count in A_DAY}
    found = {}
    for name, rate in {**a_day, f"{A_SECOND:,.0f} a second": A_SECOND}.items():
        found[name] = Load(rate)
        found[f"{name}, in arrays"] = Load(rate, batched=True)
    return found


def shown(name: str, load: Load, found: Sequence[Limit]) -> list[str]:
    """Return the lines about one load."""
    lines = ["", f"{name}: {load.per_second:,.0f} transactions at the busiest second"]
    for each in found[:SHOWN]:
        verdict = "TOO LITTLE" if each.share > 1 else ""
        taken = f"{each.needed:,.1f} of {each.available:,.0f} {each.unit}"
        lines.append(f"  {each.share:>6.1%}  {each.name:<28}{taken:<52}{verdict}".rstrip())
    if found[0].share > 1:
        lines += [f"          {each.name}: {each.remedy}" for each in found if each.share > 1]
    return lines


def _figures(limit: Limit) -> dict[str, object]:
    return {**asdict(limit), "share": round(limit.share, 4)}


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= SECONDS_IN_A_DAY:
        raise ArgumentTypeError(f"{text!r}: how many times the mean, 1 or more")
    return factor


if __name__ == "__main__":
    sys.exit(ended("size", main, on_interrupt=NOTHING_CHANGED))
