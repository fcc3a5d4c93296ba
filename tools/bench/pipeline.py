"""How fast the pipeline is on the embedded AWS: time to ready, latencies at a steady rate, throughput."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from emulator.process import EmulatorProcess, ProcessError, descendants
from tools.bench import processor
from tools.deploy.project import ROOT
from tools.deploy.signals import uninterrupted
from tools.local.report.accounting import Account, Evidence
from tools.local.report.observer import Observer
from tools.local.report.statistics import Percentiles
from tools.local.running.environment import Environment
from tools.local.traffic.client import Identity
from tools.local.traffic.generator import generate
from tools.local.traffic.replay import Delivery, Replay
from tools.local.traffic.transactions import LabelledTransaction

STEADY_RATE = 10.0
WARM_UP, STEADY, SUSTAINED = 40, 400, 900
# One in so many of the steady phase is over the amount limit, so that enough mails make a p95.
SUSPICIOUS_EVERY = 5
OVER_THE_LIMIT = Decimal("9500.00")
AS_FAST_AS_ANSWERED = 100_000.0


@dataclass(frozen=True)
class Measured:
    """What a run showed; times in milliseconds unless named otherwise, memory in megabytes.

    Processor time is that of a transaction of the sustained phase.
    """

    ready_s: float
    resources: int
    post_to_stored: Percentiles
    post_to_mail: Percentiles
    mails: int
    throughput_per_s: float
    lost: int
    emulator_mb: float
    functions_mb: float
    emulator_cpu_ms: float
    functions_cpu_ms: float


def measure() -> Measured:
    """Deploy, warm up, send at 10 a second, then as fast as the API answers; tear down.

    Raises:
        ProcessError: The emulator or a deployment failed.
    """
    ROOT.joinpath("build").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))
    process = EmulatorProcess(directory)
    try:
        return _measure(process)
    finally:
        with uninterrupted():
            process.stop()
            shutil.rmtree(directory)


def _measure(process: EmulatorProcess) -> Measured:
    started = time.monotonic()
    environment = Environment(process.run_directory)
    emulator = environment.bring_up(process)
    ready_seconds = time.monotonic() - started
    outputs = environment.outputs()
    identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
    run = _Run(Observer(emulator, process.run_directory, outputs), outputs["transactions_url"], identity)
    run.send(_stream("warm", WARM_UP, every=SUSPICIOUS_EVERY), STEADY_RATE)
    steady, _ = run.send(_stream("steady", STEADY, every=SUSPICIOUS_EVERY), STEADY_RATE)
    before = _processor_seconds(emulator.pid)
    sustained, seconds = run.send(_stream("sustained", SUSTAINED), AS_FAST_AS_ANSWERED)
    spent = [1000 * (now - then) for now, then in zip(_processor_seconds(emulator.pid), before, strict=True)]
    emulator_cpu, functions_cpu = (each / len(sustained.accepted) for each in spent)
    return Measured(
        emulator_cpu_ms=emulator_cpu,
        functions_cpu_ms=functions_cpu,
        ready_s=ready_seconds,
        resources=environment.resource_count(),
        post_to_stored=steady.post_to_stored,
        post_to_mail=steady.post_to_mail,
        mails=len(steady.mailed),
        throughput_per_s=len(sustained.accepted) / seconds,
        lost=len(steady.losses.ids) + len(sustained.losses.ids),
        emulator_mb=_resident_megabytes([emulator.pid]),
        functions_mb=_resident_megabytes(sorted(descendants(emulator.pid))),
    )


def _processor_seconds(emulator_pid: int) -> tuple[float, float]:
    """Of the emulator, and of all functions' workers."""
    return processor.seconds([emulator_pid]), processor.seconds(descendants(emulator_pid))


class _Run:
    """Sends one phase after another through the same pipeline."""

    def __init__(self, observer: Observer, url: str, identity: Identity) -> None:
        self._observer, self._url, self._identity = observer, url, identity

    def send(self, transactions: Sequence[LabelledTransaction], rate: float) -> tuple[Account, float]:
        """Send a phase and wait until it is through.

        Returns:
            Its balance, and the seconds until all was decided and each mail of a single alert out. Summaries
            are waited for and not counted: they come at the end of a window, however fast all else is.
        """
        started = time.time()
        replay = Replay(self._url, self._identity, rate, lambda _delivery: None)
        deliveries = replay.run(transactions)
        ids = frozenset(each.transaction_id for each in transactions)
        decided: list[float] = []

        def look(_decided: int, _mailed: int) -> None:
            if not decided and ids <= self._observer.decisions.keys():
                decided.append(time.time())

        if not self._observer.wait_until_drained(ids, look):
            raise ProcessError(f"{transactions[0].transaction_id} and what followed did not get through")
        account = self._account(deliveries, ids)
        mailed = [mail.received_at / 1000 for mail in account.evidence.mails if not mail.summarised]
        return account, max([*decided, *mailed]) - started

    def _account(self, deliveries: Sequence[Delivery], ids: frozenset[str]) -> Account:
        observed = self._observer
        return Account(
            Evidence(
                deliveries=deliveries,
                stored=observed.stored() & ids,
                decisions={key: made for key, made in observed.decisions.items() if key in ids},
                recorded=observed.recorded() & ids,
                grouped=observed.grouped() & ids,
                mails=[mail for mail in observed.mails if mail.transaction_id in ids or mail.listed & ids],
                queued=observed.queued(),
            )
        )


def _stream(name: str, count: int, every: int = 0) -> list[LabelledTransaction]:
    """Generated transactions under ids of their own, each ``every``-th over the limit."""
    return [
        replace(
            transaction,
            fields={
                **transaction.fields,
                "transaction_id": f"{name}-{number}",
                "account_id": f"{name}-{transaction.fields['account_id']}",
                **({"amount": OVER_THE_LIMIT, "currency": "USD"} if every and number % every == 0 else {}),
            },
        )
        for number, transaction in enumerate(generate(int(time.time() * 1000), count))
    ]


def _resident_megabytes(pids: Sequence[int]) -> float:
    if not pids:
        return 0.0
    table = Path("/proc")
    if table.joinpath("self", "status").exists():
        kilobytes = sum(_resident_kilobytes(table / str(pid) / "status") for pid in pids)
    else:
        command = ["ps", "-o", "rss=", "-p", ",".join(map(str, pids))]
        rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        kilobytes = sum(map(int, rows))
    return kilobytes / 1024


def _resident_kilobytes(status: Path) -> int:
    lines = status.read_text("utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
