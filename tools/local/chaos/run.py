"""One run with faults, step by step.

Send while faults strike; in calm, wait until nothing moves; redrive the dead-letter queues; replay the whole
stream once more; count. The tables are read as `make reconcile` reads them.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from emulator.address import Emulator
from emulator.cloud import chaos
from emulator.dataplane.tracing import TRACES_FILE
from emulator.process import EmulatorProcess
from shared.infra import stems
from tools.deploy.outputs import Outputs
from tools.deploy.target import Target
from tools.local.chaos.balance import Balance, Decisions
from tools.local.chaos.operator import Operator
from tools.local.chaos.plan import plan, tempo
from tools.local.chaos.poison import Poison
from tools.local.display import Display
from tools.local.report.accounting import Account, Evidence
from tools.local.report.observer import Observer
from tools.local.report.tail import Tail
from tools.local.running.environment import ENVIRONMENT, Brief, Environment
from tools.local.traffic.client import Identity
from tools.local.traffic.generator import generate
from tools.local.traffic.replay import Delivery, Replay

SECONDS_BETWEEN_LOOKS: Final = 1.0
FIRST_SNAPSHOT: Final = 50
SNAPSHOT_GROWTH: Final = 1.5
"""The tables are read whole each time that so many more transactions are sent: a reading costs as much as
there is."""
LONGEST_SECONDS: Final = 1800.0
LONGEST_SECONDS_EACH: Final = 0.2
"""Of a transaction, on a machine with other work: until everything that was sent is decided and told."""
MOST_REDRIVES: Final = 5
MOST_REPLAYED: Final = 10_000
"""A larger run replays its last ones alone."""
MOST_ATTEMPTS: Final = 25
"""Of a client, for more than a minute: it outlasts several outages in a row."""


class Run:
    """One run on an emulator of its own.

    Args:
        display: Where it tells what it does.
        process: The emulator, not yet started.
        count: How many transactions.
        seed: Of the transactions and of the faults.
        rate: Transactions a second.
    """

    def __init__(
        self, display: Display, process: EmulatorProcess, *, count: int, seed: int, rate: float
    ) -> None:
        self._display, self._process = display, process
        self._environment = Environment(process.run_directory)
        self._count, self._seed, self._rate = count, seed, rate
        self._tempo = tempo(count)
        self._decisions = Decisions()
        self._journal, self._struck = Tail(process.run_directory / chaos.JOURNAL_FILE), 0

    def run(self) -> Balance:
        """Deploy, strike, wait, redrive, replay and count; the layers are not destroyed.

        Raises:
            emulator.process.ProcessError: The emulator or the deployment failed.
        """
        with self._display.step("Starting the embedded AWS and deploying the four layers"):
            emulator = self._environment.bring_up(self._process, Brief(self._display.line))
        self._target = Target.of(Outputs(ENVIRONMENT, self._environment.outputs_by_layer()))
        self._observer = Observer(emulator, self._process.run_directory, self._environment.outputs())
        self._operator = Operator(emulator, self._environment.outputs_by_layer(), self._process.run_directory)
        began = time.monotonic()
        poison = Poison(emulator, self._target)
        deliveries = self._send(emulator, poison)
        self._settle("retries of failed calls")
        redriven = self._redrive()
        replayed = min(self._count, MOST_REPLAYED)
        self._display.line(f"{replayed} are replayed from the table: no decision and no mail may come of it")
        self._operator.replay(self._replay_since)
        self._settle("the replay is handled")
        return self._balance(deliveries, poison, redriven, began)

    def _send(self, emulator: Emulator, poison: Poison) -> list[Delivery]:
        self._display.heading(
            f"Sending {self._count} transactions, {self._rate:g} a second, with injected faults: "
            f"seed {self._seed}"
        )
        transactions = generate(int(time.time() * 1000), self._count, self._seed)
        identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
        done: list[Delivery] = []
        url = self._target.transactions_url
        replay = Replay(url, identity, self._rate, done.append, most_attempts=MOST_ATTEMPTS)
        chaos.write(self._process.run_directory, plan(self._seed, self._count))
        self._replay_since = datetime.now(UTC)
        try:
            with self._display.bar("sent", self._count) as bar, replay.beside(transactions) as sending:
                snapshot_at: float = FIRST_SNAPSHOT
                while not sending.done():
                    self._process.require_running()
                    self._observer.look()
                    bar.show(len(done), self._said())
                    if len(done) >= self._tempo.poison_each * (poison.planted // 2) + 1:
                        poison.plant()
                    if len(done) <= self._count - MOST_REPLAYED:
                        self._replay_since = datetime.now(UTC)
                    if len(done) >= snapshot_at:
                        self._decisions.see(self._observer.standings())
                        snapshot_at = len(done) * SNAPSHOT_GROWTH
                    time.sleep(SECONDS_BETWEEN_LOOKS)
            return sending.result()
        finally:
            chaos.write(self._process.run_directory, None)

    def _settle(self, title: str) -> None:
        """Wait until nothing has moved for a while and no message is on its way to the notifier."""
        began = changed = time.monotonic()
        before: tuple[object, ...] = ()
        longest = max(LONGEST_SECONDS, LONGEST_SECONDS_EACH * self._count)
        with self._display.bar(title, self._count) as bar:
            while time.monotonic() - began < longest:
                self._process.require_running()
                self._observer.look()
                queued = self._observer.queued()
                bar.show(len(self._observer.decisions), self._said())
                now = (self._invocations(), len(self._observer.mails), queued)
                if now != before:
                    changed, before = time.monotonic(), now
                on_its_way = queued.keys() - set(self._dead_letter_queues)
                if time.monotonic() - changed > self._tempo.quiet_seconds and not on_its_way:
                    break
                time.sleep(SECONDS_BETWEEN_LOOKS)
        self._decisions.see(self._observer.standings())

    def _invocations(self) -> int:
        """A number that grows with each invocation of a function: the bytes of the traces."""
        return (self._process.run_directory / TRACES_FILE).stat().st_size

    @property
    def _dead_letter_queues(self) -> list[str]:
        """Those that can be redriven: bus-dlq holds what nobody can read."""
        of_compute = self._target.dead_letter_queue_names
        readable = [each for each in of_compute if not each.startswith(stems.BUS_DLQ)]
        return [*readable, self._target.suspicious_dlq_name]

    def _redrive(self) -> int:
        """Redrive the dead-letter queues until what is left cannot be; return how many messages went on."""
        total = 0
        for _ in range(MOST_REDRIVES):
            held = self._observer.queued()
            queues = [each for each in self._dead_letter_queues if each in held]
            moved = {queue: self._operator.redrive(queue) for queue in queues}
            self._display.line(", ".join(f"{queue}: {went} redriven" for queue, went in moved.items()))
            went = sum(moved.values())
            if not went:
                break
            total += went
            self._settle("what was redriven is handled")
        return total

    def _balance(
        self, deliveries: Sequence[Delivery], poison: Poison, redriven: int, began: float
    ) -> Balance:
        poison_kept, left = poison.take_out(self._observer.queued())
        struck: Mapping[str, int] = chaos.strikes(self._process.run_directory)
        evidence = Evidence(
            deliveries=deliveries,
            stored=self._observer.stored(),
            decisions=self._observer.decisions,
            standings=self._observer.standings(),
            recorded=self._observer.recorded(),
            grouped=self._observer.grouped(),
            mails=self._observer.mails,
        )
        return Balance(
            account=Account(evidence),
            decisions=self._decisions,
            left=left,
            poison=poison.planted,
            poison_kept=poison_kept,
            redriven=redriven,
            unreconciled=self._operator.reconcile(),
            faults={**struck, "poison": poison.planted},
            seed=self._seed,
            seconds=time.monotonic() - began,
        )

    def _said(self) -> str:
        self._struck += len(self._journal.new_lines())
        suspicious, mailed = len(self._observer.suspicious), len(self._observer.mailed)
        return f"{self._struck} faults, {suspicious} suspicious, {mailed} mailed"
