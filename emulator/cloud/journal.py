"""Record the operator's control-plane calls in ``control_calls.jsonl``, as CloudTrail does.

Records mutating calls with the names in their parameters (never other parameters, which may hold secrets),
and calls that a fault holds back, before they continue.
"""

import io
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botocore.parsers import RpcV2CBORParser

from emulator.cloud.calls import CBOR, FORMS, Call

FILE_NAME = "control_calls.jsonl"
_NAME = re.compile(r"(?i)name$|^(queue|topic)$")
_LONGEST_NAME = 256


class Journal:
    """Records the calls of one run.

    Args:
        run_directory: Holds the file; one of an earlier run is replaced.
    """

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / FILE_NAME
        self._path.write_text("", encoding="utf-8")
        self._lock = threading.Lock()

    def note(self, call: Call, outcome: int | str) -> None:
        """Record a call; `outcome` is the HTTP status of its response, or ``"held"``."""
        entry = {
            "operation": f"{call.service}:{call.operation}",
            "names": names_in(call),
            "target": unquote(call.request.path),
            "outcome": outcome,
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def names_in(call: Call) -> dict[str, str]:
    """Return the top-level parameters of a call that are names."""
    return {
        key: value
        for key, value in _parameters(call).items()
        if _NAME.search(key) and isinstance(value, str) and len(value) <= _LONGEST_NAME
    }


def _parameters(call: Call) -> Mapping[str, Any]:
    if call.protocol == CBOR:
        stream = io.BufferedReader(io.BytesIO(call.request.body))
        return dict(RpcV2CBORParser().parse_data_item(stream))
    return call.form if call.protocol in FORMS else call.content
