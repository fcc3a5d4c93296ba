"""What a transaction uses, as it was measured on the embedded AWS.

`make cost-usage` runs the pipeline and writes the file; a test runs it again and compares.
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
    """Of one function.

    Attributes:
        invocations: How often it runs.
        cpu_milliseconds: Processor time of the measuring machine.
        calls: Calls of AWS services.
        waits: How often it waits for such a call: several that run side by side are one wait.
        log_bytes: What it logs, by level.
    """

    invocations: float
    cpu_milliseconds: float
    calls: float
    waits: float
    log_bytes: Mapping[str, float]

    def logged(self, level: str) -> float:
        """Return the bytes of its lines of at least a level."""
        least = LEVELS.index(level)
        return sum(size for of, size in self.log_bytes.items() if LEVELS.index(of) >= least)


@dataclass(frozen=True)
class Use:
    """Of one transaction, everything that it sets in motion.

    Attributes:
        api_requests: Requests to the API.
        answer_bytes: Bodies of the API's answers.
        functions: By stem.
        write_units: DynamoDB's, by table.
        read_units: DynamoDB's, by table.
        events: Put on the bus, in chunks of 64 KB.
        messages: Sent to the queue.
        message_bytes: Of them.
        mails: Sent to one subscriber.
        mail_bytes: Of them.
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
        date: Of the measurement.
        single: Of a transaction that is posted alone and is not suspicious.
        batched: Of one that is posted in an array of the greatest length.
        suspicious: Of one that is posted alone and told to the security team.
        item_bytes: Mean size of an item, by table.
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
