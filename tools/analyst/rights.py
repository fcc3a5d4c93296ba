"""`make rights`: what people need who look at alerts, and who decide about them, from the programs' exports.

Account and ids in the ARNs are examples: nothing is deployed or asked for.
"""

import json
import sys
from typing import Final

from tools.analyst.desk.parts import WATCHED, watching
from tools.analyst.records.place import Records, Work
from tools.deploy.outputs import Outputs
from tools.deploy.program_runner.recording import deploy_all
from tools.terminal.ending import NOTHING_CHANGED, ended

_WHO: Final = {
    Work.LOOKS: "looks (make alerts, account, audit)",
    Work.DECIDES: "decides too (make verdict, controls, rules, desk)",
    Work.APPROVES: "looks, and approves what others changed (make approve)",
}


def main() -> int:
    """Print the policies of the environment that is named."""
    environment = sys.argv[1]
    runs = deploy_all(environment).runs
    exported = Outputs(environment, {name: run.outputs for name, run in runs.items()})
    place = Records.of(exported)
    for work, who in _WHO.items():
        print(f"\nThe IAM policy of an analyst of {environment} who {who}")
        policy = place.rights(work)
        if work is Work.DECIDES:
            policy["Statement"].append(watching(place, exported.values(WATCHED)["alarm_names"]))
        print(json.dumps(policy, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(ended("rights", main, on_interrupt=NOTHING_CHANGED))
