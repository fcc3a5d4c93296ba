"""An analyst in the demo: a verdict on a disputed payment, given by the analyst's own command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from emulator.address import Emulator
from emulator.process import ProcessError
from tools.deploy.project import ROOT
from tools.local.running.environment import ENVIRONMENT
from tools.local.running.variables import leading_elsewhere, variables
from tools.local.traffic.transactions import LabelledTransaction

NAME: Final = "demo analyst"
NOTE: Final = "disputed by the card holder"
_SECONDS_AT_MOST: Final = 60


def confirm_fraud(
    emulator: Emulator, outputs_by_layer: Mapping[str, Mapping[str, Any]], disputed: LabelledTransaction
) -> str:
    """Run what `make verdict VERDICT=confirmed_fraud` runs, through the signed API; return what it says.

    Raises:
        ProcessError: The verdict was not recorded.
    """
    hidden = set(leading_elsewhere(os.environ))
    own = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [
        *(sys.executable, "-m", "tools.analyst.verdict", ENVIRONMENT, "--outputs", "-"),
        *("--transaction", disputed.transaction_id, "--timestamp", str(disputed.timestamp)),
        *("--verdict", "confirmed_fraud", "--by", NAME, "--note", NOTE),
    ]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**own, **variables(emulator)},
        input=json.dumps(outputs_by_layer),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS_AT_MOST,
    )
    if ended.returncode:
        raise ProcessError(f"no verdict on {disputed.transaction_id}: {ended.stderr.strip()}")
    return ended.stdout.strip()
