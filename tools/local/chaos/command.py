"""``python -m tools.local chaos``: what `make chaos` runs. Exit code 0: the balance holds."""

import argparse
import json
import secrets
import shutil
from pathlib import Path
from typing import Final

from emulator.process import EmulatorProcess, ProcessError
from tools.deploy.project import ROOT
from tools.deploy.signals import interruptible, uninterrupted
from tools.local.chaos.balance import Balance
from tools.local.chaos.plan import tempo
from tools.local.chaos.run import Run
from tools.local.display import Display

REPORT: Final = ROOT / "build" / "chaos.json"
DEFAULT_COUNT: Final = 1000
DEFAULT_RATE: Final = 20.0
FAILED, INTERRUPTED = 1, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m tools.local chaos``."""
    parser.add_argument(
        "--n", type=_positive, default=DEFAULT_COUNT, help=f"transactions (default {DEFAULT_COUNT})"
    )
    parser.add_argument("--seed", type=_whole, help="of transactions and faults (default: one by chance)")
    parser.add_argument(
        "--rate", type=_positive, default=DEFAULT_RATE, help=f"a second (default {DEFAULT_RATE:g})"
    )
    parser.add_argument("--report", type=Path, default=REPORT, help="where to write the figures")
    parser.add_argument("--keep", action="store_true", help="keep the run's mails, logs and traces")


def run(arguments: argparse.Namespace) -> int:
    """Strike the pipeline, and tell what came of it."""
    display = Display()
    arguments.report.unlink(missing_ok=True)
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    directory = ROOT / "build" / f"chaos-{secrets.token_hex(4)}"
    scales = tempo(arguments.n)
    options = {"--visibility-scale": scales.visibility_scale, "--delay-scale": scales.delay_scale}
    process = EmulatorProcess(directory, *(part for pair in options.items() for part in map(str, pair)))
    code = FAILED
    try:
        with interruptible():
            directory.mkdir(mode=0o700, parents=True)
            strikes = Run(display, process, count=arguments.n, seed=seed, rate=arguments.rate)
            code = _told(strikes.run(), display, arguments.report)
    except KeyboardInterrupt:
        display.bad("interrupted: stopping; run the same command again")
        code = INTERRUPTED
    except ProcessError as error:
        display.bad(str(error))
    finally:
        with uninterrupted():
            process.stop()
            if arguments.keep or code == FAILED:
                display.line(f"mails, logs and traces of this run: {directory}")
            elif directory.exists():
                shutil.rmtree(directory)
    if code == FAILED:
        display.line(f"to repeat these faults: make chaos N={arguments.n} SEED={seed}")
    return code


def _told(balance: Balance, display: Display, report: Path) -> int:
    figures = balance.as_json()
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    display.heading("What struck")
    rows = [[kind, str(count)] for kind, count in figures["faults"].items()]
    display.table(["fault", "times"], rows)
    display.heading("The balance")
    names = [name for name, value in figures.items() if isinstance(value, int) and name != "seed"]
    display.table(names, [[str(figures[name]) for name in names]])
    display.line(f"figures: {report}")
    for each in balance.wrong:
        display.bad(each)
    if balance.wrong:
        return FAILED
    display.good("nothing lost, mailed twice, decided twice or left behind")
    return 0


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return int(text)
