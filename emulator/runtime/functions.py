"""Run invocations on workers of a function's current configuration."""

import logging
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.account import MOTO_LOCK, REGION
from emulator.cloud.authorization.execution_role import as_lambda, may_send_traces, may_write_log
from emulator.cloud.identities import Caller, Identities
from emulator.cloud.role_sessions import AssumeRoleError, open_session, role_caller
from emulator.runtime.configuration import (
    FunctionConfiguration,
    NoFunctionError,
    read_configuration,
    reserved_concurrency,
    unpack_code,
)
from emulator.runtime.log_stream import LogStream
from emulator.runtime.outcome import Outcome, failure
from emulator.runtime.packages import link_packages
from emulator.runtime.pool import FunctionPool
from emulator.runtime.surroundings import Surroundings
from emulator.runtime.worker import Invocation, Worker

log = logging.getLogger(__name__)

DISCARD = "127.0.0.1:9"
"""Address of the discard port (RFC 863), on which nothing listens."""


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """Folders and endpoints for workers; `maximum_workers` is the limit of processes per function."""

    run_directory: Path
    endpoint: str
    tracing_address: str
    maximum_workers: int = 3


class Functions:
    """Invokes deployed functions.

    Args:
        identities: Registry of the workers' role sessions.
        options: Folders and endpoints for workers.
    """

    def __init__(self, identities: Identities, options: RuntimeOptions) -> None:
        self._identities = identities
        self._options = options
        self._packages = link_packages(options.run_directory / "runtime")
        self._functions_folder = options.run_directory / "functions"
        self._logs_folder = options.run_directory / "logs"
        for folder in (self._functions_folder, self._logs_folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._pools: dict[str, FunctionPool] = {}
        self._lock = threading.Lock()
        self._workers_by_key: dict[str, Worker] = {}
        taps.crash_ordered.listen(self._crash)

    def invoke(self, name_or_arn: str, invocation: Invocation) -> Outcome:
        """Invoke the function.

        Raises:
            NoFunctionError: The function does not exist.
            TooManyRequestsError: The reserved concurrency is used up.
        """
        name = read_configuration(name_or_arn).name
        try:
            return self._pool(name).invoke(invocation, reserved_concurrency(name))
        except AssumeRoleError as error:
            return failure("AccessDeniedException", str(error))

    def changed(self, name_or_arn: str) -> None:
        """Replace a function's workers after a configuration change, or end them after its deletion."""
        name = name_or_arn.rpartition(":")[2]
        try:
            read_configuration(name)
            self._pool(name).prepare()
        except NoFunctionError:
            with self._lock:
                pool = self._pools.pop(name, None)
            if pool is not None:
                pool.stop()
        except AssumeRoleError as error:
            log.warning("%s", error)

    def stop(self) -> None:
        """End every worker."""
        taps.crash_ordered.forget(self._crash)
        with self._lock:
            pools = list(self._pools.values())
        for pool in pools:
            pool.stop()

    def workers(self) -> list[Worker]:
        """Return all running or starting workers."""
        with self._lock:
            pools = list(self._pools.values())
        return [worker for pool in pools for worker in pool.workers]

    def _crash(self, access_key_id: str) -> None:
        worker = self._workers_by_key.get(access_key_id)
        if worker is not None:
            worker.kill()

    def _pool(self, name: str) -> FunctionPool:
        with self._lock:
            if name not in self._pools:
                self._pools[name] = FunctionPool(
                    partial(read_configuration, name), self._start_worker, self._options.maximum_workers
                )
            return self._pools[name]

    def _start_worker(
        self,
        configuration: FunctionConfiguration,
        on_ready: Callable[[Worker], None],
        on_end: Callable[[Worker], None],
    ) -> Worker:
        code_folder = unpack_code(configuration, self._functions_folder)
        context = {"aws:sourcearn": (configuration.arn,), "lambda:sourcefunctionarn": (configuration.arn,)}
        caller = role_caller(configuration.role_arn, "lambda.amazonaws.com", configuration.name, context)
        session = open_session(self._identities, caller)

        def ended(worker: Worker) -> None:
            self._identities.remove(session.access_key_id)
            self._workers_by_key.pop(session.access_key_id, None)
            on_end(worker)

        environment = {
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self._options.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_XRAY_DAEMON_ADDRESS": self._tracing_address(configuration, caller),
        }
        log_file, stream = self._log_of(configuration, caller)
        worker = Worker(
            configuration,
            Surroundings(code_folder, self._packages, log_file, environment, stream),
            on_ready,
            ended,
        )
        self._workers_by_key[session.access_key_id] = worker
        worker.start()
        return worker

    def _log_of(self, configuration: FunctionConfiguration, caller: Caller) -> tuple[Path, LogStream | None]:
        """Return the log file and stream; without the permission to write logs, the null device and None."""
        stream = LogStream(configuration.log_group, configuration.name, uuid.uuid4().hex)
        with MOTO_LOCK:
            refusal = may_write_log(as_lambda(caller), configuration.log_group, stream.name)
        if refusal is None:
            return self._logs_folder / f"{configuration.name}.log", stream
        log.warning("%s writes no log: %s", configuration.name, refusal.message)
        return Path(os.devnull), None

    def _tracing_address(self, configuration: FunctionConfiguration, caller: Caller) -> str:
        """Return the daemon address for the function's segments, which are lost without the permission."""
        if not configuration.tracing_active:
            return self._options.tracing_address
        with MOTO_LOCK:
            refusal = may_send_traces(as_lambda(caller))
        if refusal is None:
            return self._options.tracing_address
        log.warning("%s sends no segments: %s", configuration.name, refusal.message)
        return DISCARD
