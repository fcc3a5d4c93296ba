"""What a transaction uses, metered on the embedded AWS; writes the file that `make cost` reads."""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise
from math import ceil
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.cloud import meter
from emulator.cloud.capacity import item_bytes
from emulator.process import EmulatorProcess, ProcessError, descendants
from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from stacks.compute.functions.detector.scoring import (
    SHARDS,
    AccountProfile,
    MerchantProfile,
    Population,
    RiskPopulation,
    Scorer,
    load_rules,
)
from stacks.compute.functions.detector.scoring.sampling import is_in_share
from stacks.compute.functions.ingest.storing import PARALLEL_WRITES
from stacks.compute.functions.profiles.items import StoredProfile, sample_key
from tools.bench import processor
from tools.bench.scoring import scored
from tools.deploy.project import ROOT
from tools.local.running.environment import ENVIRONMENT, Environment
from tools.local.traffic.client import Identity, SigningClient
from tools.local.traffic.generator import generate
from tools.local.traffic.transactions import LabelledTransaction
from tools.operate.cost.usage import PROFILES, TABLES, FunctionUse, Usage, Use
from tools.terminal.ending import NOTHING_CHANGED, ended

PAYMENTS_OF_A_SHARD = 7_000
"""With so many in each shard the population is one that samples as rarely as it ever will."""
BEGINNING = 1_767_225_600_000
"""Of those payments, epoch milliseconds: 2026."""
WARM_ROUNDS = 40
"""Of one transaction from each account: after so many a profile no longer grows."""
BATCHES, ROUNDS_OF_SINGLES = 10, 5
HOURS_BETWEEN_ROUNDS = 6
"""Rounds lie in the past, so far apart that nobody pays unusually often."""
SUSPICIOUS = 20
ROUNDS = WARM_ROUNDS + BATCHES + ROUNDS_OF_SINGLES + 1
QUIET_SECONDS = 8.0
"""Longer than alerts of an account are grouped in ENV=local: what ends a group belongs to its alert."""
SINGLES_PER_SECOND = 10.0
USUAL_AMOUNT, SUSPICIOUS_AMOUNT = Decimal("12.50"), Decimal("9500.00")
EVENT_CHUNK_BYTES = 64 * 1024
PATIENCE_SECONDS = 60.0
USAGE, TRACES = meter.FILE_NAME, "traces.jsonl"
FUNCTIONS = (stems.INGEST, stems.DETECTOR, stems.NOTIFIER)


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


@dataclass(frozen=True)
class _Reading:
    """The meters at one moment."""

    usage: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    log_bytes: Mapping[str, Counter[str]]
    cpu_seconds: Mapping[str, float]


class _Run:
    def __init__(self, directory: Path, emulator: Emulator, outputs: Mapping[str, Any]) -> None:
        self._directory = directory
        self._emulator = emulator
        self._names = {outputs[f"{stem}_function_name"]: stem for stem in FUNCTIONS}
        self._tables = {outputs[f"{table}_table_name"]: table for table in TABLES}
        keys = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
        self._client = SigningClient(outputs["transactions_url"], keys)
        self._sent = self._answer_bytes = self._rounds = 0
        self._warming = True
        self._made = 0
        self._shard = _taught(PAYMENTS_OF_A_SHARD)
        risk = RiskPopulation()
        self._population = Population.combined([self._shard] * SHARDS).view(
            load_rules().assumed_spread, risk.merchants, risk.accounts
        )

    def measure(self) -> Usage:
        self._know_the_population()
        for _ in range(WARM_ROUNDS):
            self._post(self._round())
            self._settle()
        self._warming = False
        batched = self._metered(MAXIMUM_BATCH, BATCHES, self._batch)
        single = self._metered(MAXIMUM_BATCH, ROUNDS_OF_SINGLES, lambda: self._post_alone(self._round()))
        self._nothing_suspicious()
        alerts = self._round(SUSPICIOUS_AMOUNT)
        # The first ones start the notifier's workers.
        self._tell(alerts[SUSPICIOUS:])
        suspicious = self._metered(SUSPICIOUS, 1, lambda: self._tell(alerts[:SUSPICIOUS]))
        self._client.close()
        today = datetime.now(UTC).date().isoformat()
        return Usage(today, single, batched, suspicious, self._item_bytes())

    def _know_the_population(self) -> None:
        """Store what a population of many payments has taught: few of a known one teach it more."""
        table = next(name for name, what in self._tables.items() if what == PROFILES)
        for shard in range(SHARDS):
            stored = StoredProfile(sample_key(shard))
            put = stored.put(table, self._shard.to_state(), expires_at=None)
            self._emulator.client("dynamodb").put_item(**put)

    def _batch(self) -> None:
        self._post(self._round())
        self._settle()

    def _tell(self, alerts: Sequence[LabelledTransaction]) -> None:
        """Send suspicious payments, and wait until nothing comes of them any more."""
        wanted = self._count("sns:Mail") + len(alerts)
        self._post_alone(alerts)
        self._wait(lambda: self._count("sns:Mail") >= wanted, "mails")
        seen, since = self._count(), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.2)
            if self._count() > seen:
                seen, since = self._count(), time.monotonic()

    def _nothing_suspicious(self) -> None:
        if told := self._count("sqs:SendMessage"):
            raise ProcessError(f"{told} usual payments were suspicious: what they use is not what is meant")

    def _round(self, amount: Decimal = USUAL_AMOUNT) -> list[LabelledTransaction]:
        """One transaction of each account, the rounds one after another until about now."""
        self._rounds += 1
        ago = timedelta(hours=HOURS_BETWEEN_ROUNDS) * (ROUNDS - self._rounds)
        at = int((datetime.now(UTC) - ago - timedelta(hours=1)).timestamp() * 1000)
        return [self._payment(account, at, amount) for account in range(MAXIMUM_BATCH)]

    def _payment(self, account: int, at: int, amount: Decimal) -> LabelledTransaction:
        """A payment whose id makes it one that teaches the population, or not: so many as of a million do."""
        self._made += 1
        every = self._population.sampled_one_in
        teaches = self._made % every == every // 2
        payments = (
            _payment(account, f"{self._rounds:06d}-{account:06d}-{trial}", at, amount) for trial in count()
        )
        return next(each for each in payments if is_in_share(scored(each), self._population) == teaches)

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
        self._wait(lambda: self._invoked(self._segments())[stems.DETECTOR] >= self._sent, "decisions")

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise ProcessError(f"no {what} of all that was sent within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)

    def _count(self, operation: str = "") -> int:
        return sum(each["operation"].startswith(operation) for each in _lines(self._directory / USAGE))

    def _segments(self) -> list[Mapping[str, Any]]:
        return list(_lines(self._directory / TRACES))

    def _reading(self) -> _Reading:
        return _Reading(
            list(_lines(self._directory / USAGE)),
            self._segments(),
            {stem: _by_level(self._directory / "logs" / f"{name}.log") for name, stem in self._names.items()},
            _cpu_seconds(self._emulator.pid),
        )

    def _metered(self, transactions_each: int, rounds: int, send: Callable[[], None]) -> Use:
        before, answered = self._reading(), self._answer_bytes
        self._made = 0
        after_each = [before.cpu_seconds]
        for _ in range(rounds):
            send()
            after_each.append(_cpu_seconds(self._emulator.pid))
        after, transactions = self._reading(), transactions_each * rounds
        # Of the quietest round: what else runs on the machine only adds.
        spent = {
            stem: [later[stem] - earlier[stem] for earlier, later in pairwise(after_each)]
            for stem in FUNCTIONS
        }
        least = {stem: min(of_rounds) / transactions_each for stem, of_rounds in spent.items()}
        usage = after.usage[len(before.usage) :]
        segments = after.segments[len(before.segments) :]

        def each(quantity: float) -> float:
            return round(quantity / transactions, 4)

        def of(operation: str) -> list[int]:
            """The bytes of each call of an operation."""
            return [line["bytes"] for line in usage if line["operation"] == operation]

        return Use(
            api_requests=each(sum(part.get("origin") == "AWS::ApiGateway::Stage" for part in segments)),
            answer_bytes=each(self._answer_bytes - answered),
            functions=self._functions(before, after, least, each),
            write_units=self._by_table(usage, "write_units", each),
            read_units=self._by_table(usage, "read_units", each),
            events=each(sum(ceil(size / EVENT_CHUNK_BYTES) for size in of("events:Event"))),
            messages=each(len(of("sqs:SendMessage"))),
            message_bytes=each(sum(of("sqs:SendMessage"))),
            mails=each(len(of("sns:Mail"))),
            mail_bytes=each(sum(of("sns:Mail"))),
        )

    def _functions(
        self,
        before: _Reading,
        after: _Reading,
        cpu_seconds: Mapping[str, float],
        each: Callable[[float], float],
    ) -> dict[str, FunctionUse]:
        invoked = self._invoked(after.segments[len(before.segments) :])
        callers = Counter(line.get("by") for line in after.usage[len(before.usage) :])
        return {
            stem: FunctionUse(
                invocations=each(invoked[stem]),
                cpu_milliseconds=round(1000 * cpu_seconds[stem], 2),
                calls=each(calls := callers[f"{stems.role_of(stem)}-{ENVIRONMENT}"]),
                waits=each(_waits(stem, calls, invoked[stem])),
                log_bytes={
                    level: each(size)
                    for level, size in (after.log_bytes[stem] - before.log_bytes[stem]).items()
                },
            )
            for stem in FUNCTIONS
        }

    def _invoked(self, segments: Iterable[Mapping[str, Any]]) -> Counter[str]:
        finished = (part for part in segments if part.get("origin") == "AWS::Lambda::Function")
        return Counter(self._names[part["name"]] for part in finished if part["name"] in self._names)

    def _by_table(
        self, usage: Sequence[Mapping[str, Any]], unit: str, each: Callable[[float], float]
    ) -> dict[str, float]:
        units: Counter[str] = Counter()
        for line in usage:
            for resource in line["on"]:
                table = self._tables.get(resource.rpartition("/")[2])
                if table:
                    units[table] += line.get(unit, 0)
        return {table: each(units[table]) for table in TABLES}

    def _item_bytes(self) -> dict[str, float]:
        dynamodb = self._emulator.client("dynamodb")
        sizes = {}
        for name, stem in self._tables.items():
            pages = dynamodb.get_paginator("scan").paginate(TableName=name)
            sizes[stem] = round(
                statistics.mean(item_bytes(item) for page in pages for item in page["Items"]), 1
            )
        return sizes


def _taught(payments: int) -> Population:
    """Return a population that has learnt from payments of the generator's people, some of each account."""
    scorer, merchant, population = Scorer(load_rules()), MerchantProfile(), Population()
    unknown = scorer.unknown_population()
    accounts: defaultdict[str, AccountProfile] = defaultdict(AccountProfile)
    for payment in generate(BEGINNING, payments):
        transaction = scored(payment)
        account = accounts[transaction.account_id]
        assessment = scorer.assess(transaction, account, merchant, unknown)
        sample = scorer.sample(transaction, account, assessment, unknown)
        if sample is not None:
            population.learn(sample)
        scorer.update(account, transaction, assessment)
    return population


def _payment(account: int, suffix: str, at: int, amount: Decimal) -> LabelledTransaction:
    """A payment with every field that the schema has."""
    return LabelledTransaction(
        {
            "transaction_id": f"payment-{suffix}",
            "timestamp": at,
            "account_id": f"account-{account:08d}",
            "merchant_id": f"merchant-{account % 5:06d}",
            "amount": amount + account,
            "currency": "USD",
            "merchant_category": "groceries",
            "country": "US",
            "channel": "card",
            "device_id": f"device-{account:012d}",
            "ip_address": f"203.0.113.{account}",
            "latitude": Decimal("40.7128"),
            "longitude": Decimal("-74.0060"),
            "card_present": True,
        }
    )


def _waits(stem: str, calls: int, invocations: int) -> float:
    """How often a function waits for a call of AWS: ingest makes those for an array side by side."""
    side_by_side = stem == stems.INGEST and calls > invocations
    return invocations * ceil(calls / invocations / PARALLEL_WRITES) if side_by_side else calls


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


def _by_level(path: Path) -> Counter[str]:
    """How many bytes of a log are of lines of each level; what libraries print at a start is left out."""
    sizes: Counter[str] = Counter()
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else []:
        if line.startswith(b"{") and (level := json.loads(line).get("level")):
            sizes[level] += len(line)
    return sizes


def _cpu_seconds(emulator_pid: int) -> dict[str, float]:
    """Processor time of each function's workers."""
    workers: dict[str, list[int]] = {stem: [] for stem in FUNCTIONS}
    for pid in descendants(emulator_pid):
        try:
            command = Path("/proc", str(pid), "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
        for stem, pids in workers.items():
            if f".functions.{stem}." in command:
                pids.append(pid)
    return {stem: processor.seconds(pids) for stem, pids in workers.items()}


def main() -> int:
    """Measure, and write the file that `make cost` reads."""
    usage = measure()
    usage.write()
    print("Measured; written to tools/operate/cost/usage.json")
    return 0


if __name__ == "__main__":
    sys.exit(ended("cost", main, on_interrupt=NOTHING_CHANGED))
