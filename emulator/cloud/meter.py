"""Record billable usage of the data plane in ``usage.jsonl``.

The file has a line for each AWS API call by the role of a function or service (not the operator), for each
event that a bus accepts, and for each mail. API requests and function invocations are in ``traces.jsonl``.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.cloud import capacity, taps
from emulator.cloud.authorization.requirements import requirements_of
from emulator.cloud.calls import Call
from emulator.cloud.http_server import HttpResponse
from emulator.cloud.identities import Caller, CallerKind
from emulator.cloud.taps import BusEvent, PublishedMail

FILE_NAME = "usage.jsonl"
_CONDITION_FAILED = (b"ConditionalCheckFailed", b"TransactionCanceled")


class Meter:
    """Records the usage of one run.

    Args:
        run_directory: Holds the file; one of an earlier run is replaced.
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = (run_directory / FILE_NAME).open("w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        taps.event_accepted.listen(self._event)
        taps.mail_published.listen(self._mail)

    def answer(self, caller: Caller, call: Call, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer a call and record its usage."""
        if caller.kind is not CallerKind.ROLE_SESSION:
            return answer()
        written = capacity.written_keys(call) if call.service == "dynamodb" else []
        before = capacity.stored_bytes(written)
        response = answer()
        units: dict[str, float] = {}
        if call.service == "dynamodb" and _carried_out(response):
            units = {
                "write_units": capacity.write_units(call, before, capacity.stored_bytes(written)),
                "read_units": capacity.read_units(call, response.body),
            }
        resources = sorted({each.resource for each in requirements_of(call)})
        self._note(
            {
                "operation": f"{call.service}:{call.operation}",
                "by": caller.role_name,
                "on": resources,
                "status": response.status,
                "bytes": len(call.request.body),
                **units,
            }
        )
        return response

    def _event(self, event: BusEvent) -> None:
        size = len(json.dumps(event.event["detail"], separators=(",", ":")))
        self._note({"operation": "events:Event", "on": [event.bus_name], "bytes": size})

    def _mail(self, mail: PublishedMail) -> None:
        self._note({"operation": "sns:Mail", "on": [mail.topic_name], "bytes": len(mail.message.encode())})

    def _note(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry) + "\n"
        with self._lock:
            self._file.write(line)


def _carried_out(response: HttpResponse) -> bool:
    return response.status < 400 or any(code in response.body for code in _CONDITION_FAILED)
