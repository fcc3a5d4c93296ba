"""One run: deploy, play every path, compare."""

import time
from collections.abc import Callable

from emulator.process import EmulatorProcess
from shared.infra.layers import deployment_order
from tools.audit.jobs import JOBS
from tools.audit.privileges import deployed
from tools.audit.privileges.comparison import Comparison, compare
from tools.audit.privileges.operating import Operating
from tools.audit.privileges.paths import Paths
from tools.audit.privileges.stage import PERSON, Stage
from tools.audit.privileges.uses import uses
from tools.local.engine.state import StateStore
from tools.local.running.environment import ENVIRONMENT, Environment


def play(process: EmulatorProcess, say: Callable[[str], None]) -> Comparison:
    """Play every path on an emulator that is started here, and stopped by the caller.

    Args:
        process: Not started yet, with ``--record-evaluations``.
        say: Told what is done.

    Raises:
        PathError: A path did not go as it must.
        ProcessError: The pipeline could not be deployed.
    """
    directory = process.run_directory
    say("deploying the four layers on an embedded AWS")
    emulator = Environment(directory).bring_up(process)
    store = StateStore(directory, ENVIRONMENT, emulator.instance_id)
    states = {each.name: store.own(each.name) for each in deployment_order()}
    stage = Stage(directory, emulator, {name: state.outputs for name, state in states.items() if state})
    iam = stage.client("iam")
    people = {job.name: stage.person(job.name, job.policy(stage.outputs)) for job in JOBS}
    grants = list(deployed.grants(iam, f"-role-{stage.target.environment_suffix}", PERSON))
    for told, path in {**Paths(stage, people).all(), **Operating(stage, people).all()}.items():
        began = time.monotonic()
        path()
        say(f"{time.monotonic() - began:6.1f} s  {told}")
    return compare(grants, uses(directory))
