"""The meters of a run on the embedded AWS: what was used between two readings, for each transaction."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from emulator.cloud import meter
from emulator.process import descendants
from shared.infra import stems
from stacks.compute.functions.ingest.storing import PARALLEL_WRITES
from tools.bench import processor
from tools.local.running.environment import ENVIRONMENT
from tools.operate.cost.usage import TABLES, FunctionUse, Use

EVENT_CHUNK_BYTES = 64 * 1024
USAGE, TRACES = meter.FILE_NAME, "traces.jsonl"
FUNCTIONS = (stems.INGEST, stems.DETECTOR, stems.NOTIFIER)


@dataclass(frozen=True)
class Reading:
    """The meters at one moment."""

    usage: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    log_bytes: Mapping[str, Counter[str]]


class Meters:
    """Reads what a running emulator has written down.

    Args:
        directory: Its run directory.
        emulator_pid: Its process.
        outputs: What the layers export: the functions' and the tables' names.
    """

    def __init__(self, directory: Path, emulator_pid: int, outputs: Mapping[str, Any]) -> None:
        self._directory, self._emulator_pid = directory, emulator_pid
        self._names = {outputs[f"{stem}_function_name"]: stem for stem in FUNCTIONS}
        self.tables = {outputs[f"{table}_table_name"]: table for table in TABLES}

    def count(self, operation: str = "") -> int:
        """Return how often an operation was called so far; all calls where none is named."""
        return sum(each["operation"].startswith(operation) for each in _lines(self._directory / USAGE))

    def invocations(self, stem: str) -> int:
        """Return how often a function has run so far."""
        return self._invoked(_lines(self._directory / TRACES))[stem]

    def read(self) -> Reading:
        """Read all meters."""
        logs = self._directory / "logs"
        return Reading(
            list(_lines(self._directory / USAGE)),
            list(_lines(self._directory / TRACES)),
            {stem: _by_level(logs / f"{name}.log") for name, stem in self._names.items()},
        )

    def cpu_seconds(self) -> dict[str, float]:
        """Return the processor time of each function's workers so far."""
        workers: dict[str, list[int]] = {stem: [] for stem in FUNCTIONS}
        for pid in descendants(self._emulator_pid):
            try:
                command = Path("/proc", str(pid), "cmdline").read_text()
            except OSError:  # it has ended meanwhile
                continue
            for stem, pids in workers.items():
                if f".functions.{stem}." in command:
                    pids.append(pid)
        return {stem: processor.seconds(pids) for stem, pids in workers.items()}

    def use(
        self,
        before: Reading,
        after: Reading,
        *,
        transactions: int,
        answer_bytes: int,
        cpu_seconds: Mapping[str, float],
    ) -> Use:
        """Return what each of so many transactions has used; `cpu_seconds` are one transaction's already."""
        usage = after.usage[len(before.usage) :]
        segments = after.segments[len(before.segments) :]

        def each(quantity: float) -> float:
            return round(quantity / transactions, 4)

        def of(operation: str) -> list[int]:
            """The bytes of each call of an operation."""
            return [line["bytes"] for line in usage if line["operation"] == operation]

        return Use(
            api_requests=each(sum(part.get("origin") == "AWS::ApiGateway::Stage" for part in segments)),
            answer_bytes=each(answer_bytes),
            functions=self._functions(before, after, cpu_seconds, each),
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
        before: Reading,
        after: Reading,
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
                table = self.tables.get(resource.rpartition("/")[2])
                if table:
                    units[table] += line.get(unit, 0)
        return {table: each(units[table]) for table in TABLES}


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
