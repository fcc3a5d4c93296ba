"""Record every permission that was evaluated in ``evaluations.jsonl``, if enabled.

Each permission is recorded once: principal, action, resource, condition keys with their values, and the
reason for a denial (empty if allowed). IAM Access Analyzer derives the same from CloudTrail ("IAM Access
Analyzer policy generation" in the IAM user guide).
"""

import json
import threading
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.taps import Evaluation

FILE_NAME = "evaluations.jsonl"


class Evaluations:
    """Records the evaluations of one run.

    Args:
        run_directory: Holds the file; one of an earlier run is replaced.
    """

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / FILE_NAME
        self._path.write_text("", encoding="utf-8")
        self._seen: set[Evaluation] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to record."""
        taps.right_evaluated.listen(self._note)

    def stop(self) -> None:
        """Stop recording."""
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
