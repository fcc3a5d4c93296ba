"""What a transaction uses, metered on the embedded AWS; writes the file that `make cost` reads."""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.cloud.capacity import item_bytes
from emulator.process import EmulatorProcess, ProcessError
from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from stacks.compute.functions.detector.scoring import SHARDS
from stacks.compute.functions.profiles.items import StoredProfile, sample_key
from tools.bench.meters import FUNCTIONS, Meters
from tools.bench.payments import SUSPICIOUS_AMOUNT, Payments
from tools.deploy.project import ROOT
from tools.local.running.environment import Environment
from tools.local.traffic.client import Identity, SigningClient
from tools.local.traffic.transactions import LabelledTransaction
from tools.operate.cost.usage import PROFILES, Usage, Use
from tools.terminal.ending import NOTHING_CHANGED, ended

WARM_ROUNDS = 40
"""Of one transaction from each account: after so many a profile no longer grows."""
BATCHES, ROUNDS_OF_SINGLES = 10, 5
SUSPICIOUS = 20
ROUNDS = WARM_ROUNDS + BATCHES + ROUNDS_OF_SINGLES + 1
QUIET_SECONDS = 8.0
"""Longer than alerts of an account are grouped in ENV=local: what ends a group belongs to its alert."""
SINGLES_PER_SECOND = 10.0
PATIENCE_SECONDS = 180.0
"""Where a function timed out on a busy machine, Lambda's second attempt comes a minute later."""


def measure() -> Usage:
    """Deploy, fill the profiles, then meter batches, single ones and suspicious ones; tear down.

    Raises:
        ProcessError: The pipeline did not work.
    """
    ROOT.joinpath("build").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="usage-", dir=ROOT / "build"))
    process = EmulatorProcess(directory)
    try:
        environment = Environment(directory)
        emulator = environment.bring_up(process)
        return _Run(directory, emulator, environment.outputs()).measure()
    finally:
        process.stop()
        shutil.rmtree(directory)


class _Run:
    def __init__(self, directory: Path, emulator: Emulator, outputs: Mapping[str, Any]) -> None:
        self._dynamodb = emulator.client("dynamodb")
        self._meters = Meters(directory, emulator.pid, outputs)
        keys = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
        self._client = SigningClient(outputs["transactions_url"], keys)
        self._payments = Payments(MAXIMUM_BATCH, ROUNDS)
        self._sent = self._answer_bytes = 0
        self._warming = True

    def measure(self) -> Usage:
        self._know_the_population()
        for _ in range(WARM_ROUNDS):
            self._batch()
        self._warming = False
        batched = self._metered(MAXIMUM_BATCH, BATCHES, self._batch)
        single = self._metered(
            MAXIMUM_BATCH, ROUNDS_OF_SINGLES, lambda: self._post_alone(self._payments.round())
        )
        self._nothing_suspicious()
        alerts = self._payments.round(SUSPICIOUS_AMOUNT)
        # The first ones start the notifier's workers.
        self._tell(alerts[SUSPICIOUS:])
        suspicious = self._metered(SUSPICIOUS, 1, lambda: self._tell(alerts[:SUSPICIOUS]))
        self._client.close()
        today = datetime.now(UTC).date().isoformat()
        return Usage(today, single, batched, suspicious, self._item_bytes())

    def _know_the_population(self) -> None:
        """Store what a population of many payments has taught: few of a known one teach it more."""
        table = next(name for name, what in self._meters.tables.items() if what == PROFILES)
        for shard in range(SHARDS):
            stored = StoredProfile(sample_key(shard))
            self._dynamodb.put_item(**stored.put(table, self._payments.shard.to_state(), expires_at=None))

    def _batch(self) -> None:
        self._post(self._payments.round())
        self._settle()

    def _tell(self, alerts: Sequence[LabelledTransaction]) -> None:
        """Send suspicious payments, and wait until nothing comes of them any more."""
        wanted = self._meters.count("sns:Mail") + len(alerts)
        self._post_alone(alerts)
        self._wait(lambda: self._meters.count("sns:Mail") >= wanted, "mails")
        seen, since = self._meters.count(), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.2)
            if self._meters.count() > seen:
                seen, since = self._meters.count(), time.monotonic()

    def _nothing_suspicious(self) -> None:
        if told := self._meters.count("sqs:SendMessage"):
            raise ProcessError(f"{told} usual payments were suspicious: what they use is not what is meant")

    def _post_alone(self, transactions: Sequence[LabelledTransaction]) -> None:
        for transaction in transactions:
            self._post([transaction], alone=True)
            time.sleep(1 / SINGLES_PER_SECOND)
        self._settle()

    def _post(self, transactions: Sequence[LabelledTransaction], *, alone: bool = False) -> None:
        bodies = [each.body() for each in transactions]
        outcome = self._client.deliver(bodies[0] if alone else b"[" + b",".join(bodies) + b"]")
        # Where workers still start, a payment may have to be sent again; what is metered must not be.
        if not outcome.accepted or (len(outcome.answers) > 1 and not self._warming):
            raise ProcessError(f"the API answered {[each.status for each in outcome.answers]}")
        self._sent += len(transactions)
        self._answer_bytes += len(outcome.answer.text.encode())

    def _settle(self) -> None:
        """Wait until the detector has judged all that was sent."""
        self._wait(lambda: self._meters.invocations(stems.DETECTOR) >= self._sent, "decisions")

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise ProcessError(f"no {what} of all that was sent within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)

    def _metered(self, transactions_each: int, rounds: int, send: Callable[[], None]) -> Use:
        before, answered, after_each = self._meters.read(), self._answer_bytes, [self._meters.cpu_seconds()]
        self._payments.begin()
        for _ in range(rounds):
            send()
            after_each.append(self._meters.cpu_seconds())
        # Of the quietest round: what else runs on the machine only adds.
        spent = {
            stem: min(later[stem] - earlier[stem] for earlier, later in pairwise(after_each))
            for stem in FUNCTIONS
        }
        return self._meters.use(
            before,
            self._meters.read(),
            transactions=transactions_each * rounds,
            answer_bytes=self._answer_bytes - answered,
            cpu_seconds={stem: least / transactions_each for stem, least in spent.items()},
        )

    def _item_bytes(self) -> dict[str, float]:
        sizes = {}
        for name, stem in self._meters.tables.items():
            pages = self._dynamodb.get_paginator("scan").paginate(TableName=name)
            items = [item_bytes(item) for page in pages for item in page["Items"]]
            sizes[stem] = round(statistics.mean(items), 1)
        return sizes


def main() -> int:
    """Measure, and write the file that `make cost` reads."""
    usage = measure()
    usage.write()
    print("Measured; written to tools/operate/cost/usage.json")
    return 0


if __name__ == "__main__":
    sys.exit(ended("cost", main, on_interrupt=NOTHING_CHANGED))
