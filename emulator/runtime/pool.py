"""The warm workers of one function."""

import logging
import threading
import time
from collections.abc import Callable

from emulator.runtime.configuration import FunctionConfiguration
from emulator.runtime.outcome import Outcome, TooManyRequestsError
from emulator.runtime.worker import Invocation, Worker

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.1
"""Time that an invocation waits for a busy worker before another is started.

Lambda starts another at once; on one machine that takes CPU time from the busy workers.
"""

StartWorker = Callable[[FunctionConfiguration, Callable[[Worker], None], Callable[[Worker], None]], Worker]
"""Starts a worker of a function; calls back when it is ready and when it has ended."""


class FunctionPool:
    """The workers of one function, which grow with concurrency and are replaced when the function changes.

    Old workers keep serving until the first worker of the changed function has initialised; then they retire,
    even if that initialisation failed.

    Args:
        read_configuration: Returns the current configuration; raises if the function does not exist.
        start_worker: Starts a worker.
        maximum_workers: Limit of processes per configuration; further invocations wait for a free one.
    """

    def __init__(
        self,
        read_configuration: Callable[[], FunctionConfiguration],
        start_worker: StartWorker,
        maximum_workers: int,
    ) -> None:
        self._read_configuration = read_configuration
        self._start_worker = start_worker
        self._maximum_workers = maximum_workers
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._init_failures: list[Outcome] = []
        self._waiting = 0
        self._in_work = 0
        self._deployed: FunctionConfiguration | None = None
        self._serving: FunctionConfiguration | None = None
        self._stopping = False

    def invoke(self, invocation: Invocation, reserved: int | None) -> Outcome:
        """Run an invocation on a free worker, waiting for one if necessary.

        Args:
            invocation: The invocation.
            reserved: Reserved concurrency; None for no limit.

        Raises:
            TooManyRequestsError: The reserved concurrency is used up.
        """
        with self._changed:
            if reserved is not None and self._in_work >= reserved:
                raise TooManyRequestsError("Rate Exceeded.")
            self._in_work += 1
        try:
            worker = self._take()
            if isinstance(worker, Outcome):
                return worker
            outcome = worker.invoke(invocation)
            with self._changed:
                self._offer(worker)
            return outcome
        finally:
            with self._changed:
                self._in_work -= 1

    def prepare(self) -> None:
        """Start a worker of the current configuration, if the function has changed."""
        with self._changed:
            self._follow_deployment()

    def stop(self) -> None:
        """End every worker."""
        with self._changed:
            self._stopping = True
            workers = list(self._workers)
            self._changed.notify_all()
        for worker in workers:
            worker.stop()

    @property
    def workers(self) -> list[Worker]:
        """The running or starting workers."""
        with self._changed:
            return list(self._workers)

    def _take(self) -> Worker | Outcome:
        impatient_from = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    if self._stopping:
                        raise TooManyRequestsError("the embedded AWS is stopping")
                    self._follow_deployment()
                    while self._idle:
                        worker = self._idle.pop()
                        if worker.alive:
                            return worker
                    if self._init_failures:
                        return self._init_failures.pop()
                    patience = impatient_from - time.monotonic()
                    if self._needs_another(impatient=patience <= 0):
                        self._start_one()
                    self._changed.wait(patience if patience > 0 else 1.0)
            finally:
                self._waiting -= 1

    def _needs_another(self, *, impatient: bool) -> bool:
        """Return whether to start another worker: one at a time, and beside busy ones only if impatient."""
        if self._serving != self._deployed:  # the first worker of the changed function is starting
            return False
        workers = [worker for worker in self._workers if worker.configuration == self._deployed]
        if len(workers) >= self._maximum_workers or not all(worker.ready for worker in workers):
            return False
        return impatient or not any(worker.alive for worker in workers)

    def _follow_deployment(self) -> None:
        """Start the first worker of a changed function; stop workers that are starting for an older one."""
        configuration = self._read_configuration()
        if configuration == self._deployed or self._stopping:
            return
        self._deployed = configuration
        self._init_failures.clear()
        for worker in self._workers:
            if not worker.ready and worker.configuration != configuration:
                worker.stop()
        if configuration == self._serving:
            return
        try:
            self._start_one()
        except Exception:
            self._switch()
            raise
        if not any(worker.ready and worker.alive for worker in self._workers):
            self._switch()

    def _switch(self) -> None:
        """Serve with workers of the deployed function only; busy older workers retire when they are free."""
        if self._serving == self._deployed:
            return
        self._serving = self._deployed
        for worker in self._idle:
            if worker.configuration != self._serving:
                worker.stop()
        self._idle = [worker for worker in self._idle if worker.configuration == self._serving]

    def _start_one(self) -> None:
        if self._deployed is not None and not self._stopping:
            self._workers.add(self._start_worker(self._deployed, self._worker_ready, self._worker_ended))

    def _offer(self, worker: Worker) -> None:
        """Return a free worker to service, or retire it."""
        if worker.configuration == self._deployed:
            self._switch()
        if worker.alive and worker.configuration == self._serving and not self._stopping:
            self._idle.append(worker)
        else:
            worker.stop()
        self._changed.notify()

    def _worker_ready(self, worker: Worker) -> None:
        with self._changed:
            if worker.stopped:
                return
            if worker.init_failure is not None:
                self._init_failed(worker, worker.init_failure)
            else:
                self._offer(worker)
            self._changed.notify_all()

    def _init_failed(self, worker: Worker, outcome: Outcome) -> None:
        self._switch()
        if self._waiting > len(self._init_failures):
            self._init_failures.append(outcome)
        reason = outcome.payload.decode("utf-8", "replace")
        log.warning("%s failed to start: %s", worker.configuration.name, reason)
        worker.stop()

    def _worker_ended(self, worker: Worker) -> None:
        with self._changed:
            self._workers.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            self._changed.notify_all()
