"""Inject random faults, reproducible by seed.

The plan is active while ``chaos.json`` exists in the run directory (``write`` creates and removes it).
Whether a fault strikes depends on the seed, the kind of fault, the place, the subject of the request or event
and the number of earlier occurrences there, but not on thread scheduling. Each strike is a line in
``chaos.jsonl``.
"""

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from emulator.cloud import ordered
from emulator.cloud.ordered import OrderedFile

PLAN_FILE, JOURNAL_FILE = "chaos.json", "chaos.jsonl"
_DIGEST_BYTES = 8
_DIGESTS = 1 << 8 * _DIGEST_BYTES
"""Number of distinct digests."""


class Strike(StrEnum):
    """Kinds of fault. Calls are AWS API calls from functions. Outages last `Plan.outage_seconds`."""

    CALL_THROTTLED = "call_throttled"
    CALL_REFUSED = "call_refused"
    """The call fails with a 5xx without effect."""
    CALL_FAILED_AFTER = "call_failed_after"
    """The call takes effect and fails with a 5xx."""
    CALL_CUT_BEFORE = "call_cut_before"
    CALL_CUT_AFTER = "call_cut_after"
    """The call takes effect and the connection ends without a response, like a client timeout."""
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    """The function's process is killed during a call."""
    TOPIC_UNREACHABLE = "topic_unreachable"
    """An outage: every Publish fails."""
    TABLES_UNREACHABLE = "tables_unreachable"
    """An outage: every DynamoDB call fails."""
    FULL_CONCURRENCY = "full_concurrency"
    """An outage: every invocation of the function is throttled."""
    ANSWER_LOST = "answer_lost"
    """The function succeeds, and Lambda treats the invocation as failed."""
    EVENT_REPEATED = "event_repeated"
    EVENT_DELAYED = "event_delayed"
    EVENT_OVERTAKEN = "event_overtaken"
    """The bus delivers later events first."""
    PIPE_STOPPED = "pipe_stopped"
    """An outage: the pipe moves nothing."""
    PIPE_THROTTLED = "pipe_throttled"
    PIPE_TIMED_OUT = "pipe_timed_out"
    PIPE_TOOK_A_PART = "pipe_took_a_part"
    """The bus refuses some or all records of a batch."""
    BATCH_REPEATED = "batch_repeated"
    """The pipe delivers a batch twice."""
    MESSAGE_REPEATED = "message_repeated"
    """The queue delivers a processed message again."""
    REQUEST_CUT_BEFORE = "request_cut_before"
    REQUEST_CUT_AFTER = "request_cut_after"
    """The gateway processes the request and closes the client's connection without a response."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which faults strike, and how often.

    Attributes:
        seed: Seed of the random decisions.
        subject: Regular expression; its first match in a request or event is the subject.
        rates: Kind of fault -> probability of a strike, 0 to 1. Kinds left out never strike.
        outage_seconds: Duration of an outage, and the delay of an event, in seconds.
        spares_mails: Suppress faults between publishing a mail and the sender's next write, where a crash can
            only lose the mail or send it twice.
    """

    seed: int
    subject: str
    rates: Mapping[str, float] = field(default_factory=dict)
    outage_seconds: float = 5.0
    spares_mails: bool = True

    def __post_init__(self) -> None:
        re.compile(self.subject)
        for kind, rate in ((Strike(name), rate) for name, rate in self.rates.items()):
            if not 0 <= rate <= 1:
                raise ValueError(f"the rate of {kind} is {rate}, not 0 to 1")

    def probability(self, kind: Strike, place: str, subject: str, occurrence: int) -> float:
        """Return the draw for this occurrence, from 0 to 1; the fault strikes if it is below the rate."""
        text = f"{self.seed}|{kind}|{place}|{subject}|{occurrence}"
        digest = hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
        return int.from_bytes(digest, "big") / _DIGESTS


def write(run_directory: Path, plan: Plan | None) -> None:
    """Activate a plan in a running emulator; None deactivates it."""
    ordered.write(run_directory / PLAN_FILE, asdict(plan) if plan is not None else None)


def strikes(run_directory: Path) -> Counter[str]:
    """Return the number of strikes in this run by kind."""
    path = run_directory / JOURNAL_FILE
    if not path.exists():
        return Counter()
    lines = path.read_text(encoding="utf-8").splitlines()
    return Counter(str(json.loads(line)["kind"]) for line in lines)


class Chaos:
    """Decides which faults strike.

    Args:
        run_directory: Holds the plan and the journal; files of an earlier run are removed.
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = OrderedFile[Plan | None](run_directory / PLAN_FILE, lambda plan: Plan(**plan), None)
        self._journal = run_directory / JOURNAL_FILE
        self._journal.unlink(missing_ok=True)
        self._lock = threading.Lock()
        # Keyed by a hash of kind, place and subject; one transaction adds about 80 entries.
        self._seen: Counter[int] = Counter()
        self._outages: dict[tuple[Strike, str], float] = {}

    @property
    def plan(self) -> Plan | None:
        """The active plan, or None.

        Raises:
            ValueError: The file is not a valid plan.
        """
        return self._file.now()

    def strikes(self, kind: Strike, place: str, content: bytes) -> bool:
        """Return whether a fault strikes.

        Args:
            kind: Kind of fault.
            place: An operation, function or bus.
            content: The request or event, searched for the subject.
        """
        plan = self.plan
        rate = plan.rates.get(kind, 0.0) if plan is not None else 0.0
        if plan is None or not rate:
            return False
        subject = _subject(plan, content)
        here = hash((kind, place, subject))
        with self._lock:
            occurrence = self._seen[here]
            self._seen[here] += 1
            struck = plan.probability(kind, place, subject, occurrence) < rate
            if struck:
                self._note(kind, place, subject, occurrence)
        return struck

    def outage(self, kind: Strike, place: str, content: bytes) -> bool:
        """Return whether an outage is in progress or begins now; see `strikes` for the arguments."""
        if self.plan is None:
            return False
        with self._lock:
            if time.monotonic() < self._outages.get((kind, place), 0.0):
                return True
        if not self.strikes(kind, place, content):
            return False
        with self._lock:
            self._outages[kind, place] = time.monotonic() + self.outage_seconds
        return True

    @property
    def outage_seconds(self) -> float:
        """The duration of an outage in seconds."""
        plan = self.plan
        return plan.outage_seconds if plan is not None else 0.0

    def _note(self, kind: Strike, place: str, subject: str, occurrence: int) -> None:
        entry = {"kind": kind, "place": place, "subject": subject, "occurrence": occurrence}
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry) + "\n")


def _subject(plan: Plan, content: bytes) -> str:
    found = re.search(plan.subject.encode(), content)
    if found is not None:
        return found.group().decode("utf-8", "replace")
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
