"""Shared state of a run of a layer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.provider.cloud import Cloud
from tools.local.engine.decision import Decision
from tools.local.engine.errors import ResourceError
from tools.local.engine.goal import Goal
from tools.local.engine.progress import Action, Progress
from tools.local.engine.snapshot import Snapshot
from tools.local.engine.state import ResourceState
from tools.local.engine.steps import Operation, Step, StepLog
from tools.local.engine.stopping import Stopping

_AS_IT_IS = Decision()


@dataclass(frozen=True)
class Run:
    """A deployment or preview of a layer.

    A preview makes all decisions without acting on them.
    """

    cloud: Cloud
    snapshot: Snapshot
    progress: Progress
    preview: bool
    log: StepLog = field(default_factory=StepLog)
    stopping: Stopping = field(default_factory=Stopping)

    def note(
        self,
        operation: Operation,
        resource: Goal | ResourceState,
        decision: Decision = _AS_IT_IS,
    ) -> None:
        """Record the start of a step and its decision."""
        about = (decision.changed, decision.replaces, decision.details)
        self.log.add(Step(operation, resource.urn, resource.type, resource.name, *about))

    def tell(
        self, action: Action, resource: Goal | ResourceState, started: float, details: Sequence[str] = ()
    ) -> None:
        """Print a completed step; a preview has no duration."""
        seconds = None if self.preview else time.monotonic() - started
        self.progress.step(action, resource.type, resource.name, seconds=seconds, details=details)


def failure(resource: Goal | ResourceState, reason: str) -> ResourceError:
    """Return the error that names a resource."""
    return ResourceError(resource.type, resource.name, reason)
