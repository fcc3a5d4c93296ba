"""Platform lines that Lambda writes to a function's log for each invocation.

Sources: "Log formats", "Log-level filtering" and "Lambda Telemetry API Event schema reference" in the Lambda
developer guide. The text format always has them. The JSON format has them from the function's system log
level on; a successful invocation has level INFO, a failed one WARN.
"""

import contextlib
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.runtime.configuration import FunctionConfiguration
from emulator.runtime.outcome import Outcome

_LEVELS = ("DEBUG", "INFO", "WARN")


def of_start(configuration: FunctionConfiguration, request_id: str) -> list[str]:
    """Return the lines before an invocation."""
    if configuration.log_format == "Text":
        return [f"START RequestId: {request_id} Version: $LATEST"]
    return _events(configuration, "INFO", start={"requestId": request_id, "version": "$LATEST"})


def of_end(
    configuration: FunctionConfiguration,
    request_id: str,
    outcome: Outcome,
    memory_megabytes: int,
    init_milliseconds: float | None,
) -> list[str]:
    """Return the lines after an invocation.

    Args:
        configuration: Configuration of the function.
        request_id: Request id of the invocation.
        outcome: Outcome of the invocation.
        memory_megabytes: Peak memory of the process, in MB.
        init_milliseconds: Initialisation time in ms; None unless the process was started for this invocation.
    """
    duration, billed = outcome.duration_ms, math.ceil(outcome.duration_ms + (init_milliseconds or 0))
    if configuration.log_format == "Text":
        parts = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {duration:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {configuration.memory} MB",
            f"Max Memory Used: {memory_megabytes} MB",
            *([f"Init Duration: {init_milliseconds:.2f} ms"] if init_milliseconds is not None else ()),
            *(["Status: timeout"] if outcome.timed_out else ()),
        ]
        return [f"END RequestId: {request_id}", "\t".join(parts)]
    status = "timeout" if outcome.timed_out else "error" if outcome.failed else "success"
    metrics: dict[str, float] = {
        "durationMs": round(duration, 3),
        "billedDurationMs": billed,
        "memorySizeMB": configuration.memory,
        "maxMemoryUsedMB": memory_megabytes,
    }
    if init_milliseconds is not None:
        metrics["initDurationMs"] = round(init_milliseconds, 3)
    done = {"requestId": request_id, "status": status, "metrics": {"durationMs": round(duration, 3)}}
    report = {"requestId": request_id, "metrics": metrics, "status": status}
    return [
        *_events(configuration, "WARN" if outcome.failed else "DEBUG", runtimeDone=done),
        *_events(configuration, "WARN" if outcome.failed else "INFO", report=report),
    ]


def _events(configuration: FunctionConfiguration, level: str, **records: dict[str, Any]) -> list[str]:
    if _LEVELS.index(level) < _LEVELS.index(configuration.system_log_level):
        return []
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [
        json.dumps({"time": now, "type": f"platform.{kind}", "record": record})
        for kind, record in records.items()
    ]


def peak_megabytes(pid: int) -> int:
    """Return the peak memory of a process in MB; 0 if it is unknown."""
    with contextlib.suppress(OSError):
        for line in Path("/proc", str(pid), "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return 0
