"""What deployments asked of the AWS APIs, a line each in ``control_calls.jsonl``: a small CloudTrail.

Only calls of the operator that may change something stand there, with the names that they give (never their
other parameters: those hold secrets), and calls that a fault held back, before they go on.
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
    """Writes the calls of one run.

    Args:
        run_directory: takes the file; that of an earlier run is begun anew.
    """

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / FILE_NAME
        self._path.write_text("", encoding="utf-8")
        self._lock = threading.Lock()

    def note(self, call: Call, outcome: int | str) -> None:
        """Add a call; `outcome` is the HTTP status of its answer, or ``"held"`` while it has none."""
        entry = {
            "operation": f"{call.service}:{call.operation}",
            "names": names_in(call),
            "target": unquote(call.request.path),
            "outcome": outcome,
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def names_in(call: Call) -> dict[str, str]:
    """Return the call's own parameters that are names, by parameter; not those inside a structure."""
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
