"""The warm workers of one function."""

import logging
import threading
from collections.abc import Callable

from local.runtime.configuration import FunctionConfiguration
from local.runtime.outcome import Outcome, TooManyRequestsError
from local.runtime.worker import Invocation, Worker

log = logging.getLogger(__name__)

StartWorker = Callable[[FunctionConfiguration, Callable[[Worker], None], Callable[[Worker], None]], Worker]
"""Makes and starts a worker of a function; calls back when it is ready and when it has ended."""


class FunctionPool:
    """Workers of one function: grows with concurrent invocations, replaced when the function changes.

    Args:
        start_worker: makes one more worker.
        maximum_workers: how many processes may run at once; further invocations wait for a free one.
    """

    def __init__(self, start_worker: StartWorker, maximum_workers: int) -> None:
        self._start_worker = start_worker
        self._maximum_workers = maximum_workers
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._init_failures: list[Outcome] = []
        self._waiting = 0
        self._in_work = 0
        self._current: FunctionConfiguration | None = None
        self._stopping = False

    def invoke(
        self, configuration: FunctionConfiguration, invocation: Invocation, reserved: int | None
    ) -> Outcome:
        """Runs one invocation on a free worker, waiting for one if need be.

        Args:
            configuration: the function as it is deployed now.
            invocation: the event.
            reserved: how many may be in work at once; None for no limit.

        Raises:
            TooManyRequestsError: as many invocations as are reserved are in work.
        """
        with self._changed:
            if reserved is not None and self._in_work >= reserved:
                raise TooManyRequestsError("Rate Exceeded.")
            self._in_work += 1
        try:
            worker = self._take(configuration)
            if isinstance(worker, Outcome):
                return worker
            outcome = worker.invoke(invocation)
            self._give_back(worker)
            return outcome
        finally:
            with self._changed:
                self._in_work -= 1

    def prepare(self, configuration: FunctionConfiguration) -> None:
        """Makes `configuration` the current one: retires idle workers of another and starts one of this."""
        with self._changed:
            self._adopt(configuration)
            if not any(worker.configuration == configuration for worker in self._workers):
                self._start_one(configuration)

    def stop(self) -> None:
        """Ends every worker."""
        with self._changed:
            self._stopping = True
            workers = list(self._workers)
            self._changed.notify_all()
        for worker in workers:
            worker.stop()

    @property
    def workers(self) -> list[Worker]:
        """The workers whose processes run or start."""
        with self._changed:
            return list(self._workers)

    def _take(self, configuration: FunctionConfiguration) -> Worker | Outcome:
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    if self._stopping:
                        raise TooManyRequestsError("the embedded AWS is stopping")
                    self._adopt(configuration)
                    while self._idle:
                        worker = self._idle.pop()
                        if worker.alive:
                            return worker
                    if self._init_failures:
                        return self._init_failures.pop()
                    starting = sum(1 for worker in self._workers if not worker.ready)
                    if len(self._workers) < self._maximum_workers and starting < self._waiting:
                        self._start_one(configuration)
                    self._changed.wait(1.0)
            finally:
                self._waiting -= 1

    def _adopt(self, configuration: FunctionConfiguration) -> None:
        """Retires idle workers of another configuration; busy ones retire when they come back."""
        if configuration == self._current:
            return
        self._current = configuration
        for worker in self._idle:
            if worker.configuration != configuration:
                worker.stop()
        self._idle = [worker for worker in self._idle if worker.configuration == configuration]

    def _start_one(self, configuration: FunctionConfiguration) -> None:
        if self._stopping:
            return
        self._workers.add(self._start_worker(configuration, self._worker_ready, self._worker_ended))

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            if worker.alive and worker.configuration == self._current and not self._stopping:
                self._idle.append(worker)
            else:
                worker.stop()
            self._changed.notify()

    def _worker_ready(self, worker: Worker) -> None:
        with self._changed:
            if worker.init_failure is not None:
                if self._waiting > len(self._init_failures):
                    self._init_failures.append(worker.init_failure)
                reason = worker.init_failure.payload.decode("utf-8", "replace")
                log.warning("%s failed to start: %s", worker.configuration.name, reason)
                worker.stop()
            elif worker.configuration == self._current and not self._stopping:
                self._idle.append(worker)
            else:
                worker.stop()
            self._changed.notify_all()

    def _worker_ended(self, worker: Worker) -> None:
        with self._changed:
            self._workers.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            self._changed.notify_all()
