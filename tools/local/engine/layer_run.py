"""Deploys or previews one layer in this process: runs its program and does what it says."""

import io
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError
from shared.infra.settings import SettingError, UnknownSettingError
from tools.deploy.program_runner.project import ProjectError, read_project
from tools.deploy.program_runner.running import execute
from tools.local.engine.administrator import make_boundaries
from tools.local.engine.deployment import Deployment
from tools.local.engine.errors import EngineError
from tools.local.engine.goal import urn_of
from tools.local.engine.layer_request import DRIFTED, LayerRequest
from tools.local.engine.make_command import make_command
from tools.local.engine.monitor import EngineMonitor
from tools.local.engine.progress import Progress
from tools.local.engine.run import Run
from tools.local.engine.snapshot import Snapshot
from tools.local.engine.state import LayerState, StateStore
from tools.local.engine.steps import StepLog, write_report
from tools.local.engine.stopping import StoppedError, Stopping, stopping
from tools.local.engine.teardown import bring_up_to_date
from tools.local.run_directory import emulator_of
from tools.terminal.ending import INTERRUPTED

_VERBS = {"deploy": "Deploying", "preview": "Previewing", "drift": "Comparing"}
_TELLS_ITSELF = ("shared.", "stacks.", "pulumi.", "local.")
"""Modules whose exceptions are written for the person who reads them; others come with their traceback."""


def run_layer(request: LayerRequest, stream: TextIO | None = None, cloud: Cloud | None = None) -> int:
    """Deploy or preview a layer, telling of it on `stream` (by default standard output); 0 when it went well.

    `cloud` is who does it, by default the emulator's operator. After Ctrl-C no further step begins, and it is
    `INTERRUPTED`.

    Raises:
        emulator.address.NoEmulatorError: no emulator runs in the run directory.
    """
    emulator = emulator_of(Path(request.run_directory))
    store = StateStore(Path(request.run_directory), request.stack, emulator.instance_id)
    preview = request.operation != "deploy"
    told_on = stream or (sys.stderr if request.report else None)
    progress = Progress(
        f"{_VERBS[request.operation]} {request.layer} ({request.stack})", preview=preview, stream=told_on
    )
    log, told = StepLog(), None
    try:
        with store.locked(request.layer), stopping() as stop:
            if not preview:
                make_boundaries(emulator, _suffix(request), request.layer)
            _run(request, store, cloud or Cloud.of(emulator), progress, log, stop)
    except StoppedError:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the end of the line: whatever it is, a person must read it
        blamed = _blamed_on_overrides(error, request)
        told = blamed or _told(error)
        progress.failure(told)
        if not preview:
            progress.line(_how_to_resume(request, {} if blamed else request.overrides))
    if request.report:
        write_report(Path(request.report), log.steps, told)
    if told is None and request.operation == "drift" and progress.changes:
        return DRIFTED
    return 0 if told is None else 1


def _suffix(request: LayerRequest) -> str:
    """Return what the names of the environment end in, by the settings of the run."""
    project = read_project(Path(request.directory), request.stack, request.overrides)
    return project.config.get(f"{project.name}:environment_suffix") or request.stack


def _run(  # noqa: PLR0913, PLR0917 - what a run needs, each of its own kind
    request: LayerRequest,
    store: StateStore,
    cloud: Cloud,
    progress: Progress,
    log: StepLog,
    stop: Stopping,
) -> None:
    preview = request.operation != "deploy"
    project = read_project(Path(request.directory), request.stack, request.overrides)
    state = store.own(request.layer)
    if state is None:
        if store.path(request.layer).exists():
            progress.line(" ! the emulator of the last deployment has ended; starting afresh")
        state = LayerState(project.name, request.stack, request.layer, store.instance_id)
    if request.operation == "drift":
        quiet = Progress("", stream=io.StringIO())
        bring_up_to_date(state, store, cloud, quiet, stop)
    snapshot = Snapshot(state, (lambda _: None) if preview else store.write)
    run = Run(cloud, snapshot, progress, preview, log, stop)

    def urn_of_default(type_token: str, name: str) -> str:
        return urn_of(request.stack, project.name, "", type_token, name)

    deployment = Deployment(run, project.config, urn_of_default)
    deployment.recover()
    monitor = EngineMonitor(project, deployment, store)
    try:
        execute(project, monitor, preview=preview)
        deployment.finish()
    except Exception as error:
        for failure in deployment.failures:
            if failure != str(error):
                progress.failure(failure)
        deployment.publish(failed=True)
        if progress.counts:
            progress.summary()
        raise
    deployment.publish(failed=False)
    progress.summary()


def _blamed_on_overrides(error: Exception, request: LayerRequest) -> str | None:
    """What is wrong with a setting that was given for this run, not in the file that the error names."""
    if isinstance(error, SettingError | UnknownSettingError) and error.key in request.overrides:
        return f"CONFIG={error.key}={request.overrides[error.key]}: {error.without_file}"
    return None


def _told(error: Exception) -> str:
    """Return an error as a person should see it."""
    module = type(error).__module__
    if isinstance(error, EngineError | ProviderError | ProjectError) or module.startswith(_TELLS_ITSELF):
        return str(error)
    return "".join(traceback.format_exception(error)).rstrip()


def _how_to_resume(request: LayerRequest, overrides: Mapping[str, str]) -> str:
    command = make_command(f"deploy-{request.layer}", request.stack, Path(request.run_directory))
    settings = " ".join(f"{key}={value}" for key, value in overrides.items())
    return (
        f"Stopped; what was done before stays and is kept in the state.\n"
        f"When the cause is gone, run: {command}" + (f" CONFIG='{settings}'" if settings else "")
    )
