"""Every right that was asked for, a line each in ``evaluations.jsonl``, when somebody orders that.

A right is written when it is asked for the first time: who asked, the action, the resource, the condition
keys with their values, and why it was refused (empty where it was allowed). IAM Access Analyzer reads the
same from CloudTrail ("IAM Access Analyzer policy generation" in the IAM user guide).
"""

import json
import threading
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.taps import Evaluation

FILE_NAME = "evaluations.jsonl"


class Evaluations:
    """Writes the evaluations of one run.

    Args:
        run_directory: takes the file; that of an earlier run is begun anew.
    """

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / FILE_NAME
        self._path.write_text("", encoding="utf-8")
        self._seen: set[Evaluation] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Write whatever is evaluated from now on."""
        taps.right_evaluated.listen(self._note)

    def stop(self) -> None:
        """Write no more."""
        taps.right_evaluated.forget(self._note)

    def _note(self, evaluation: Evaluation) -> None:
        with self._lock:
            if evaluation in self._seen:
                return
            self._seen.add(evaluation)
            entry = {
                "principal": evaluation.principal_arn,
                "action": evaluation.action,
                "resource": evaluation.resource,
                "context": {key: list(values) for key, values in evaluation.context},
                "refusal": evaluation.refusal,
            }
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
