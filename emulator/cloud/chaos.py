"""Chaos on order: faults that strike by chance, and the same ones again for the same seed.

The plan stands in ``chaos.json`` of the run directory, and counts from the moment the file is there until
it is gone (``write`` does both). Whether a fault strikes is a function of the seed, the kind of fault, the
place, what the request or event is about, and how often that came there before: not of the order in which
threads happen to run. Each strike is a line of ``chaos.jsonl``.
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
"""How many there are."""


class Strike(StrEnum):
    """What may go wrong. Of a call: what a function asks of AWS. Outages last `Plan.outage_seconds`."""

    CALL_THROTTLED = "call_throttled"
    CALL_REFUSED = "call_refused"
    """Answered with a 5xx, and not done."""
    CALL_FAILED_AFTER = "call_failed_after"
    """Done, and answered with a 5xx."""
    CALL_CUT_BEFORE = "call_cut_before"
    CALL_CUT_AFTER = "call_cut_after"
    """The connection ends without an answer, as a client sees it whose patience is over."""
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    """The function's process is killed at a call."""
    TOPIC_UNREACHABLE = "topic_unreachable"
    """An outage: every Publish is refused."""
    TABLES_UNREACHABLE = "tables_unreachable"
    """An outage: every call to DynamoDB is refused."""
    FULL_CONCURRENCY = "full_concurrency"
    """An outage: every invocation of the function is throttled."""
    ANSWER_LOST = "answer_lost"
    """The function ran to its end, and Lambda believes that it failed."""
    EVENT_REPEATED = "event_repeated"
    EVENT_DELAYED = "event_delayed"
    EVENT_OVERTAKEN = "event_overtaken"
    """The bus lets later events go first."""
    PIPE_STOPPED = "pipe_stopped"
    """An outage."""
    PIPE_THROTTLED = "pipe_throttled"
    PIPE_TIMED_OUT = "pipe_timed_out"
    PIPE_TOOK_A_PART = "pipe_took_a_part"
    """The bus takes none of a batch from the pipe, or a part of it."""
    BATCH_REPEATED = "batch_repeated"
    """The pipe takes a batch that it has delivered for a new one."""
    MESSAGE_REPEATED = "message_repeated"
    """The queue delivers a message again that was handled."""
    REQUEST_CUT_BEFORE = "request_cut_before"
    REQUEST_CUT_AFTER = "request_cut_after"
    """The client's connection to the gateway ends without an answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which faults strike, how often.

    Attributes:
        seed: Another one strikes others.
        subject: A regular expression; what it finds first in a request or event is what that is about.
        rates: For each kind how probable it is, 0 to 1, each time that it could strike; none for 0.
        outage_seconds: How long an outage lasts, and an event is delayed.
        spares_mails: Let nothing strike between a mail and its sender's next write, where whoever crashes can
            only mail again or never.
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
        """Return where this chance falls between 0 and 1: below the rate, it strikes."""
        text = f"{self.seed}|{kind}|{place}|{subject}|{occurrence}"
        digest = hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
        return int.from_bytes(digest, "big") / _DIGESTS


def write(run_directory: Path, plan: Plan | None) -> None:
    """Let faults strike in a running emulator by this plan; None ends it."""
    ordered.write(run_directory / PLAN_FILE, asdict(plan) if plan is not None else None)


def strikes(run_directory: Path) -> Counter[str]:
    """Return how often each kind has struck in this run."""
    path = run_directory / JOURNAL_FILE
    if not path.exists():
        return Counter()
    lines = path.read_text(encoding="utf-8").splitlines()
    return Counter(str(json.loads(line)["kind"]) for line in lines)


class Chaos:
    """Decides what strikes.

    Args:
        run_directory: Where the plan is looked for and the journal written; those of an earlier run go.
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = OrderedFile[Plan | None](run_directory / PLAN_FILE, lambda plan: Plan(**plan), None)
        self._journal = run_directory / JOURNAL_FILE
        self._journal.unlink(missing_ok=True)
        self._lock = threading.Lock()
        # By the hash of kind, place and subject: a transaction comes to some eighty of them.
        self._seen: Counter[int] = Counter()
        self._outages: dict[tuple[Strike, str], float] = {}

    @property
    def plan(self) -> Plan | None:
        """The plan at the moment; None in calm.

        Raises:
            ValueError: Somebody wrote something else into the file.
        """
        return self._file.now()

    def strikes(self, kind: Strike, place: str, content: bytes) -> bool:
        """Whether a fault strikes now.

        Args:
            kind: Which.
            place: Where: an operation, a function, a bus.
            content: The request, or the event: what it is about is found in it.
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
        """Whether an outage goes on, or begins now; see `strikes`."""
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
        """How long an outage lasts."""
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
