"""Measured usage of a transaction on the embedded AWS.

`make cost-usage` measures it and writes the file; a test repeats the measurement and compares.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared.infra import stems
from shared.runtime.logs import LEVELS

TRANSACTIONS, PROFILES, ALERTS = "transactions", "profiles", "alerts"
TABLES: Mapping[str, str] = {
    TRANSACTIONS: stems.TRANSACTIONS,
    PROFILES: stems.PROFILES,
    ALERTS: stems.ALERTS,
}
"""What the bill calls a table, as settings and outputs do, and the stem of its name."""

FILE = Path(__file__).with_name("usage.json")


@dataclass(frozen=True)
class FunctionUse:
    """Usage of a function.

    Attributes:
        invocations: Number of invocations.
        cpu_milliseconds: CPU time on the measuring machine.
        calls: Number of AWS calls.
        waits: Number of waits for calls; concurrent calls are one wait.
        log_bytes: Bytes of log lines by level.
    """

    invocations: float
    cpu_milliseconds: float
    calls: float
    waits: float
    log_bytes: Mapping[str, float]

    def logged(self, level: str) -> float:
        """Return the bytes of log lines of at least a level."""
        least = LEVELS.index(level)
        return sum(size for of, size in self.log_bytes.items() if LEVELS.index(of) >= least)


@dataclass(frozen=True)
class Use:
    """Usage of a transaction.

    Attributes:
        api_requests: API requests.
        answer_bytes: Bytes of the API's response bodies.
        functions: Function stem -> usage.
        write_units: Table -> write request units.
        read_units: Table -> read request units.
        events: Events on the bus, in chunks of 64 KB.
        messages: Messages to the queue.
        message_bytes: Bytes of those messages.
        mails: Mails to one subscriber.
        mail_bytes: Bytes of those mails.
    """

    api_requests: float
    answer_bytes: float
    functions: Mapping[str, FunctionUse]
    write_units: Mapping[str, float]
    read_units: Mapping[str, float]
    events: float
    messages: float
    message_bytes: float
    mails: float
    mail_bytes: float


@dataclass(frozen=True)
class Usage:
    """A measurement.

    Attributes:
        date: Date of the measurement.
        single: Usage of a transaction posted alone and not suspicious.
        batched: Usage of a transaction posted in an array of maximum length.
        suspicious: Usage of a transaction posted alone with an alert.
        item_bytes: Table -> mean size of an item.
    """

    date: str
    single: Use
    batched: Use
    suspicious: Use
    item_bytes: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = FILE) -> "Usage":
        """Read the file."""
        content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        uses = {name: _use(content[name]) for name in ("single", "batched", "suspicious")}
        return cls(date=content["date"], item_bytes=content["item_bytes"], **uses)

    def write(self, path: Path = FILE) -> None:
        """Write the file."""
        path.write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _use(content: Mapping[str, Any]) -> Use:
    functions = {stem: FunctionUse(**each) for stem, each in content["functions"].items()}
    return Use(**{**content, "functions": functions})
