"""Run an unmodified Pulumi program in this process, with a Python object as resource monitor.

Like the SDK's mocks, but with any monitor: the recording one or the embedded engine's. It relies on
semi-private names of the SDK (`run_in_stack`, `set_root_resource`, `MockMonitor`, `rpc._special_*`), which is
why pulumi is pinned exactly.
"""

import asyncio
import contextvars
import gc
import logging
import os
import runpy
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime import rpc, set_all_config
from pulumi.runtime.settings import SETTINGS, set_root_resource
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _ensure_event_loop

from tools.deploy.program_runner.project import STACK_TYPE, Project

_SIGNATURE = rpc._special_sig_key  # noqa: SLF001 - the SDK publishes no other name for it
_SECRET = rpc._special_secret_sig  # noqa: SLF001


@dataclass(frozen=True)
class Registration:
    """A resource as registered by the program.

    `inputs` are camelCase with secrets opened and whole numbers as int; `secret_inputs` are the
    top-level inputs that were secret. `dependencies` and `property_dependencies` hold URNs. `custom`
    is false for components.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    provider: str
    inputs: Mapping[str, Any]
    secret_inputs: frozenset[str]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class ProgramRun:
    """The result of a program: exports as plain values, names of secret ones, resources."""

    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]
    registrations: tuple[Registration, ...]


@dataclass
class _Record:
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: set[str] = field(default_factory=set)
    registrations: list[Registration] = field(default_factory=list)


class RecordingMonitor(pulumi_mocks.MockMonitor):
    """The SDK's mock monitor, extended to record dependencies, options and exports.

    Outputs of the stack and registrations are collected; see `run_program`.
    """

    def __init__(self, mocks: pulumi_mocks.Mocks) -> None:
        """Set the mocks for resources and invokes."""
        super().__init__(mocks)
        self.result = _Record()
        self._recording = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Answer through the mocks and record the registration."""
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != STACK_TYPE:
            self.record(response.urn, request)
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Record the stack outputs."""
        if request.urn.split("::")[2] == STACK_TYPE:
            raw = deserialize(request.outputs)
            with self._recording:
                self.result.secret_outputs = {name for name, value in raw.items() if is_secret(value)}
                self.result.outputs = {name: plain(value) for name, value in raw.items()}
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def record(self, urn: str, request: Any) -> Registration:
        """Record a registration and return it."""
        raw = deserialize(request.object)
        registration = Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            provider=request.provider,
            inputs={name: plain(value) for name, value in raw.items()},
            secret_inputs=frozenset(name for name, value in raw.items() if is_secret(value)),
            dependencies=tuple(request.dependencies),
            property_dependencies={k: tuple(v.urns) for k, v in request.propertyDependencies.items()},
            options={
                # None: not set by the program, so that the provider decides.
                "delete_before_replace": (
                    request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
                ),
                "protect": request.protect,
                "retain_on_delete": request.retainOnDelete,
                "ignore_changes": tuple(request.ignoreChanges),
                "replace_on_changes": tuple(request.replaceOnChanges),
                "additional_secret_outputs": tuple(request.additionalSecretOutputs),
            },
        )
        with self._recording:
            self.result.registrations.append(registration)
        return registration


def deserialize(struct: Any) -> dict[str, Any]:
    """Deserialise a protobuf Struct as the SDK does (with wrapped secrets), on any thread."""
    _ensure_event_loop()  # type: ignore[no-untyped-call]  # the SDK reads references on a loop
    properties = rpc.deserialize_properties(struct, keep_unknowns=True)
    return properties if isinstance(properties, dict) else {}


def is_secret(value: Any) -> bool:
    """Return whether a deserialised value is a wrapped secret."""
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def plain(value: Any) -> Any:
    """Return a deserialised value with unwrapped secrets, and integral floats as int."""
    if is_secret(value):
        return plain(value["value"])
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def execute(
    project: Project,
    monitor: pulumi_mocks.MockMonitor,
    *,
    preview: bool = False,
    organization: str = "organization",
    workers: int = 8,
) -> None:
    """Run a project's `__main__.py` as its stack, with `monitor` as resource monitor.

    `workers` limits concurrent registrations. In a preview, the program gets unknown outputs as from the real
    engine. An exception of the program or monitor is raised unchanged, after registrations in progress have
    completed.
    """
    with _abandoned_by_the_sdk():
        contextvars.Context().run(_run, project, monitor, preview, organization, workers)


def run_program(project: Project, monitor: RecordingMonitor, **options: Any) -> ProgramRun:
    """Run a program and return the monitor's recording."""
    execute(project, monitor, **options)
    result = monitor.result
    return ProgramRun(dict(result.outputs), frozenset(result.secret_outputs), tuple(result.registrations))


def run_with_mocks(project: Project, mocks: pulumi_mocks.Mocks, *, preview: bool = False) -> ProgramRun:
    """Run a project with Pulumi mocks."""
    return run_program(project, RecordingMonitor(mocks), preview=preview)


def _run(
    project: Project, monitor: pulumi_mocks.MockMonitor, preview: bool, organization: str, workers: int
) -> None:
    """Run the program in a separate context, because the SDK stores the stack in context variables."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(workers, thread_name_prefix="register")
    loop.set_default_executor(executor)
    set_root_resource(object())  # type: ignore[arg-type]  # keeps set_mocks from making and finishing a stack
    pulumi_mocks.set_mocks(
        monitor.mocks,
        project=project.name,
        stack=project.stack,
        preview=preview,
        monitor=monitor,
        organization=organization,
        logger=logging.getLogger("pulumi"),
    )
    set_root_resource(None)  # type: ignore[arg-type]
    set_all_config(dict(project.config), sorted(project.secret_keys))
    SETTINGS.outputs.clear()
    try:
        with _inside(project.directory):
            loop.run_until_complete(run_in_stack(_execute_main))
    except Exception:
        # All outputs that depend on a failed one fail too; report one error.
        loop.set_exception_handler(lambda _loop, _context: None)
        raise
    finally:
        executor.shutdown(wait=True)
        _drain(loop)
        SETTINGS.outputs.clear()
        asyncio.set_event_loop(None)


@contextmanager
def _abandoned_by_the_sdk() -> Iterator[None]:
    """Suppress warnings of coroutines that `StackReference.get_output` abandons after a failure.

    One error says it; the warnings would name neither the program nor the reference.
    """
    with warnings.catch_warnings():
        left = r"coroutine 'Output\.(future|is_known)' was never awaited"
        warnings.filterwarnings("ignore", left, RuntimeWarning)
        try:
            yield
        except Exception as error:
            # Collect them here, or the warnings appear later.
            traceback.clear_frames(error.__traceback__)
            gc.collect()
            raise


def _execute_main() -> None:
    runpy.run_path("__main__.py", run_name="__main__")


def _drain(loop: asyncio.AbstractEventLoop) -> None:
    """Close the loop after ending the tasks of a failed program, which would warn at exit."""
    pending = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.close()


@contextmanager
def _inside(directory: Path) -> Iterator[None]:
    """Change to the project's directory with its modules importable; unload them afterwards.

    Projects have modules with the same names, and asset paths are relative to this directory.
    """
    before, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    os.chdir(directory)
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(f"{directory}{os.sep}") and "." not in name:
                del sys.modules[name]
