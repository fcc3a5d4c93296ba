"""``python -m tools.analyst.worlds.weigh``: find points that lose in no generated world.

Measures every payment of each world once under the given rules, without labels. Then tries other points for
one quantity after the other, and keeps those that raise the sum of the logarithms of average precision, as
long as no world loses. ``--without WORLD`` leaves a world out and shows what the points found are worth
there: in a world that they have not seen.

Measures depend on the rules, because what is suspicious teaches nothing. Judge what is found by a replay:
make worlds RULES=file.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stacks.compute.functions.detector.scoring import RULES_PATH, Curve, RulesError, load_rules
from tools.analyst.tune.rules_text import text_of
from tools.analyst.worlds import WORLDS
from tools.analyst.worlds.weighing import Measured, Search, measured, precisions
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = _parser().parse_args(arguments)
    try:
        rules = load_rules(given.rules)
    except (OSError, RulesError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    seen: list[Measured] = []
    unseen: list[Measured] = []
    for world in WORLDS:
        for seed in range(given.seed, given.seed + given.seeds):
            print(f"measuring {world}, seed {seed}", file=sys.stderr, flush=True)
            table = measured(world, seed, given.accounts, given.days, rules)
            (unseen if world == given.without else seen).append(table)
    search = Search(seen, rules.scorecard)
    for name, curve in search.run():
        print(f"{name}: at {list(curve.at)}, points {list(curve.points)}", file=sys.stderr, flush=True)
    for tables, note in ((seen, ""), (unseen, "  (not seen)")):
        after = _precisions(tables, search.scorecard)
        for world, before in _precisions(tables, rules.scorecard).items():
            print(f"{world:<16}{before:>8.3f} -> {after[world]:.3f}{note}")
    if given.write:
        found = replace(rules, scorecard={**rules.scorecard, **search.scorecard})
        try:
            given.write.write_text(text_of(found, "weighed"), encoding="utf-8")
        except OSError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        print(f"written: {given.write}; judge it: make worlds RULES={given.write}")
    return 0


def _precisions(tables: Sequence[Measured], scorecard: Mapping[str, Curve]) -> dict[str, float]:
    return precisions(tables, [table.total(scorecard) for table in tables])


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.worlds.weigh",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rules", type=Path, default=RULES_PATH, metavar="FILE", help="default: those shipped"
    )
    parser.add_argument("--without", choices=WORLDS, help="world to leave out")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the rules that are found")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the worlds (%(default)s)")
    parser.add_argument("--seeds", type=int, default=8, help="seeds of each world (%(default)s)")
    parser.add_argument("--accounts", type=int, default=400, help="of each world (%(default)s)")
    parser.add_argument("--days", type=int, default=75, help="of each world (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(ended("weigh", main, on_interrupt=NOTHING_CHANGED))
