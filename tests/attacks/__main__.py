"""``python -m tests.attacks [NAME ...] [--seeds N]``: attack the detector, and say what it caught.

Prints a line for each figure that must hold: its mean over the seeds, its worst, what is required of the
mean, and how many of 1,000 ordinary payments had an alert. The exit code is 1 if a figure does not hold.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from statistics import mean
from typing import NamedTuple

from tests.attacks.catalogue import CASES
from tests.attacks.checks import Check
from tests.attacks.current import decide
from tools.terminal.ending import NOTHING_CHANGED, ended

_LINE = "{:<29} {:<29} {:>7} {:>7} {:>5}  {:<14} {:<9} {:>12} {:>8}"


class _Run(NamedTuple):
    figures: list[float]
    false_alert_share: float
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the attacks that were named, or all of them; 2 where a name fits none."""
    given = _parser().parse_args(arguments)
    unknown = [each for each in given.names if not any(fnmatch(name, each) for name in CASES)]
    if unknown:
        print(f"no attack {', '.join(unknown)}; there are {', '.join(CASES)}", file=sys.stderr)
        return 2
    names = [name for name in CASES if any(fnmatch(name, each) for each in given.names or "*")]
    heads = ("attack", "what", "mean", "worst", "of", "required", "", "false/1,000", "seconds")
    print(_LINE.format(*heads), flush=True)
    checks = failed = 0
    for name, runs in _runs(names, range(given.first_seed, given.first_seed + given.seeds), given.workers):
        for place, check in enumerate(CASES[name].checks):
            checks += 1
            failed += not _show(name, check, place, runs)
    print(f"{checks - failed} of {checks} held")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.attacks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="attacks, such as rise or 'wave-*', by default all"
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many seeds (%(default)s)")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="the first (%(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    return parser


def _runs(names: Sequence[str], seeds: range, workers: int) -> Iterator[tuple[str, list[_Run]]]:
    """Yield each attack with its runs, one for each seed."""
    with ProcessPoolExecutor(workers, initializer=_end_at_interrupt) as pool:
        try:
            started = {name: [pool.submit(_run, name, seed) for seed in seeds] for name in names}
            for name, futures in started.items():
                yield name, [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_at_interrupt() -> None:
    """Let Ctrl-C, which reaches the workers too, end them: as an exception it would end one run of many."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(name: str, seed: int) -> _Run:
    started = time.perf_counter()
    results = CASES[name].results(seed, decide)
    return _Run(CASES[name].figures(results), results[0].false_alert_share, time.perf_counter() - started)


def _show(name: str, check: Check, place: int, runs: Sequence[_Run]) -> bool:
    """Print a check's line; return whether it holds."""
    figures = [run.figures[place] for run in runs]
    reached, worst = mean(figures), min(figures) if check.at_least else max(figures)
    held = check.holds(reached)
    line = _LINE.format(
        name,
        check.says,
        f"{reached:.4g}",
        f"{worst:.4g}",
        check.of or "",
        check.required,
        "held" if held else "NOT HELD",
        f"{1_000 * mean(run.false_alert_share for run in runs):.1f}",
        f"{sum(run.seconds for run in runs):.1f}",
    )
    print(line, flush=True)
    return held


if __name__ == "__main__":
    sys.exit(ended("attacks", main, on_interrupt=NOTHING_CHANGED))
