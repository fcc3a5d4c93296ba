"""``python -m tools.local demo``: the whole life of the pipeline on its own embedded AWS, in two minutes.

Start, deploy four layers, send transactions with known frauds, update a layer meanwhile, give a verdict that
finds the next fraud, wait until all is through, report, tear down, and look for anything left.
"""

import argparse
import platform
import secrets
import shutil
import time
from pathlib import Path

from emulator.address import Emulator
from emulator.process import EmulatorProcess, ProcessError
from emulator.provider.cloud import Cloud
from tools.deploy.project import ROOT
from tools.deploy.signals import interruptible, uninterrupted
from tools.local.display import Display
from tools.local.engine.leftovers import leftovers
from tools.local.report.accounting import Account, Evidence
from tools.local.report.mailbox import Mail
from tools.local.report.observer import Observer
from tools.local.report.report import Report, show
from tools.local.report.traces import draw, read_segments, trace_tree
from tools.local.report.verdict_effect import VerdictEffect
from tools.local.running.desk import keep_open
from tools.local.running.environment import ENVIRONMENT, Brief, Environment
from tools.local.running.sending import Sending
from tools.local.traffic import stream
from tools.local.traffic.replay import Delivery
from tools.local.traffic.source import SourceError
from tools.local.traffic.stream import Stream

REPORT = ROOT / "build" / "demo.json"
FAILED, MISUSED, INTERRUPTED = 1, 2, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m tools.local demo``."""
    stream.add_arguments(parser)
    parser.add_argument("--report", type=Path, default=REPORT, help="where to write the figures")
    parser.add_argument("--desk", action="store_true", help="open the analyst's desk before the teardown")
    parser.add_argument("--keep", action="store_true", help="keep the run's mails, logs and traces")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; 0 when nothing was lost and nothing is left behind."""
    display = Display()
    arguments.report.unlink(missing_ok=True)
    try:
        chosen = stream.choose(arguments)
    except SourceError as error:
        display.bad(str(error))
        return MISUSED
    process = EmulatorProcess(ROOT / "build" / f"demo-{secrets.token_hex(4)}")
    code = FAILED
    try:
        with interruptible():
            ROOT.joinpath("build").mkdir(exist_ok=True)
            process.run_directory.mkdir(mode=0o700)  # secrets of the run lie in it
            report = Demo(display, process, chosen, desk=arguments.desk).run()
            report.write(arguments.report)
            code = _verdict(report, display, arguments.report)
    except KeyboardInterrupt:
        display.bad("interrupted: stopping; run the same command again")
        code = INTERRUPTED
    except ProcessError as error:
        display.bad(str(error))
    finally:
        with uninterrupted():
            _clean_up(process, display, keep=arguments.keep or code == FAILED)
    return code


def _verdict(report: Report, display: Display, path: Path) -> int:
    display.line(f"figures: {path}")
    for fault in report.faults:
        display.bad(fault)
    if report.faults:
        return FAILED
    display.good("nothing lost, nothing left behind")
    return 0


def _clean_up(process: EmulatorProcess, display: Display, *, keep: bool) -> None:
    process.stop()
    if keep:
        display.line(f"mails, logs and traces of this run: {process.run_directory}")
    elif process.run_directory.exists():
        shutil.rmtree(process.run_directory)


class Demo:
    """One run, step by step, on an emulator of its own.

    Args:
        display: Where it tells what it does.
        process: The emulator, not yet started.
        chosen: What to send.
        desk: Open the analyst's page before the end.
    """

    def __init__(
        self, display: Display, process: EmulatorProcess, chosen: Stream, *, desk: bool = False
    ) -> None:
        self._display, self._process, self._stream, self._desk = display, process, chosen, desk
        self._environment = Environment(process.run_directory)

    def run(self) -> Report:
        """Go through the whole life and return what it showed.

        Raises:
            ProcessError: A step failed.
        """
        here = platform.python_version()
        self._display.line(f"the functions run on Python {here} here, and on Python 3.11 on AWS")
        emulator, ready_seconds = self._deploy()
        resources = self._environment.resource_count()
        outputs = self._environment.outputs()
        observer = Observer(emulator, self._process.run_directory, outputs)
        started = time.monotonic()
        self._announce()
        deliveries = Sending(self._display, self._process, self._environment, emulator, observer).run(
            self._stream
        )
        evidence = self._drain(observer, deliveries)
        seconds = time.monotonic() - started
        account = Account(evidence)
        report = Report(
            account=account,
            throughput_per_s=len(account.accepted) / seconds,
            resources=resources,
            ready_s=ready_seconds,
            unreadable_rows=self._stream.unreadable_rows,
            refused_rows=self._stream.refused,
            hint=self._stream.hint,
            verdict=VerdictEffect.of(account, self._stream.dispute) if self._stream.dispute else None,
        )
        show(report, self._display)
        self._show_one(evidence)
        if self._desk:
            self._display.heading("The analyst's desk over these alerts, until Ctrl-C")
            keep_open(emulator, self._process.run_directory)
        report.left_behind.extend(self._tear_down(emulator))
        return report

    def _deploy(self) -> tuple[Emulator, float]:
        started = time.monotonic()
        with self._display.step("Starting the embedded AWS and deploying the four layers"):
            emulator = self._environment.bring_up(self._process, Brief(self._display.line))
        return emulator, time.monotonic() - started

    def _announce(self) -> None:
        self._display.heading(f"Sending {self._stream.description}, {self._stream.rate:.0f} a second")
        if self._stream.hint:
            self._display.line(self._stream.hint)

    def _drain(self, observer: Observer, deliveries: list[Delivery]) -> Evidence:
        accepted = frozenset(each.transaction.transaction_id for each in deliveries if each.outcome.accepted)
        with self._display.bar("decided", len(accepted)) as bar:

            def show_progress(decided: int, mailed: int) -> None:
                self._process.require_running()
                bar.show(decided, f"{mailed} mailed")

            drained = observer.wait_until_drained(accepted, show_progress)
        if not drained:
            self._display.bad("gave up waiting: no progress")
        return Evidence(
            deliveries=deliveries,
            stored=observer.stored(),
            decisions=observer.decisions,
            standings=observer.standings(),
            recorded=observer.recorded(),
            grouped=observer.grouped(),
            mails=observer.mails,
            queued=observer.queued(),
        )

    def _show_one(self, evidence: Evidence) -> None:
        """Print one whole mail and the trace that led to it."""
        if not any(mail.transaction_id for mail in evidence.mails):
            return
        mail = _typical(evidence)
        self._display.heading("One of the mails")
        self._display.framed(mail.subject, f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{mail.body}")
        self._display.heading("Its trace from the POST to the mail")
        traces = self._process.run_directory / "traces.jsonl"
        self._display.verbatim("\n".join(draw(trace_tree(read_segments(traces, mail.trace_id)))))

    def _tear_down(self, emulator: Emulator) -> list[str]:
        """Destroy the layers and stop the emulator; return what is left of either."""
        self._display.heading("Tearing down")
        left = []
        try:
            with self._display.step("Destroying the layers in reverse"):
                self._environment.destroy(Brief(self._display.line))
        except ProcessError as error:
            left.append(str(error))
        left += leftovers(Cloud.of(emulator), ENVIRONMENT)
        with self._display.step("Stopping the embedded AWS"):
            processes = self._process.stop()
        return left + [f"process {pid} outlived the embedded AWS" for pid in processes]


def _typical(evidence: Evidence) -> Mail:
    """Choose among the mails with the most reasons the one that took neither long nor short."""
    sent_at = {each.transaction.transaction_id: each.outcome.sent_at for each in evidence.deliveries}
    alone = [mail for mail in evidence.mails if mail.transaction_id]
    reasons = {mail.path: len(evidence.decisions[mail.transaction_id].reasons) for mail in alone}
    richest = [mail for mail in alone if reasons[mail.path] == max(reasons.values())]
    return sorted(richest, key=lambda mail: mail.received_at - sent_at[mail.transaction_id])[
        len(richest) // 2
    ]
