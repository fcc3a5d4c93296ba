"""A worker process: a function's execution environment, driven through the Lambda Runtime API.

The API's paths do not name the function, so each worker has its own port.
Source: "Using the Lambda runtime API" in the Lambda developer guide.
"""

import contextlib
import hmac
import json
import logging
import queue
import secrets
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulator.cloud.http_server import HttpRequest, HttpResponse, HttpServer
from emulator.runtime import platform_lines
from emulator.runtime.configuration import FunctionConfiguration
from emulator.runtime.log_file import FunctionLog
from emulator.runtime.outcome import Outcome, failure
from emulator.runtime.surroundings import Surroundings

log = logging.getLogger(__name__)

_API = "/2018-06-01/runtime"
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
WorkerCallback = Callable[["Worker"], None]
INIT_TIMEOUT_SECONDS = 30.0
"""Limit of initialisation. Lambda's is 10 s; concurrent cold starts on a small machine need more."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """An event for a function; `trace_header` is an ``X-Amzn-Trace-Id`` value."""

    payload: bytes
    trace_header: str = ""
    request_id: str = ""

    @staticmethod
    def of(payload: bytes, trace_header: str = "", request_id: str = "") -> "Invocation":
        """Return an invocation, with a new request id unless one is given."""
        return Invocation(payload, trace_header, request_id or str(uuid.uuid4()))


class Worker:
    """A worker process of one function.

    Args:
        configuration: Configuration of the function.
        surroundings: Code, log and environment.
        on_ready: Called once, from another thread, after initialisation; `init_failure` tells whether it
            failed.
        on_end: Called once after the process has ended.
    """

    def __init__(
        self,
        configuration: FunctionConfiguration,
        surroundings: Surroundings,
        on_ready: WorkerCallback,
        on_end: WorkerCallback,
    ) -> None:
        self.configuration = configuration
        self.init_failure: Outcome | None = None
        self._surroundings = surroundings
        self._on_ready = on_ready
        self._on_end = on_end
        self._ready = False
        self._stopped = False
        self._lock = threading.Lock()
        self._next: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[tuple[str, Outcome]] = queue.SimpleQueue()
        self._current: Invocation | None = None
        self._started = 0.0
        self._key = secrets.token_hex(16)
        self._server = HttpServer(self._handle, name=f"runtime-{configuration.name}")
        self._process: subprocess.Popen[bytes] | None = None
        self._log: FunctionLog | None = None
        self._init_milliseconds: float | None = None

    def start(self) -> None:
        """Start the process, without waiting for its initialisation."""
        self._server.start()
        self._started = time.monotonic()
        arguments = [sys.executable, "-P", "-S", str(_BOOTSTRAP), self.configuration.handler]
        process = subprocess.Popen(
            arguments,
            cwd=self._surroundings.code_folder,
            env=self._surroundings.variables(self.configuration, f"127.0.0.1:{self._server.port}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if process.stdout is not None:
            around, name = self._surroundings, self.configuration.name
            self._log = FunctionLog(around.log_file, process.stdout, name, around.log_stream)
        self._process = process
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.write(f"{self._key}\n".encode())
                process.stdin.flush()
        threading.Thread(target=self._watch, name=f"watch-{self.configuration.name}", daemon=True).start()
        timer = threading.Timer(INIT_TIMEOUT_SECONDS, self._init_timed_out)
        timer.daemon = True
        timer.start()
        self._init_timer = timer

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run the handler, one call at a time, after `on_ready`. A timeout ends the worker."""
        self._current = invocation
        self._started = time.monotonic()
        self._next.put(invocation)
        deadline = self._started + self.configuration.timeout
        while True:
            try:
                request_id, outcome = self._outcomes.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                return self._timed_out(invocation)
            if request_id in {invocation.request_id, ""}:
                self._report(invocation, outcome)
                return outcome

    def stop(self) -> None:
        """End the process; an invocation in progress ends as a crash."""
        self._stopped = True
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
        self._flush_log()
        self._next.put(None)

    def kill(self) -> None:
        """Kill the process, as if it had crashed."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()

    @property
    def ready(self) -> bool:
        """Whether initialisation has completed or failed."""
        return self._ready

    @property
    def alive(self) -> bool:
        """Whether the process is running and has not been told to stop."""
        return not self._stopped and self._process is not None and self._process.poll() is None

    @property
    def stopped(self) -> bool:
        """Whether the process was told to stop, so that what it reports is not a failure."""
        return self._stopped

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    def _handle(self, request: HttpRequest) -> HttpResponse:
        """Answer the worker's own client only, since any local process can reach the port."""
        key = request.headers.get("user-agent", "").rpartition("key/")[2]
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            return HttpResponse(403, b'{"errorType": "AccessDenied"}')
        if request.method == "GET" and request.path == f"{_API}/invocation/next":
            return self._hand_out()
        if request.path == f"{_API}/init/error":
            self._become_ready(Outcome(request.body, "Unhandled"))
            return HttpResponse(202)
        parts = request.path.split("/")
        if request.path.startswith(f"{_API}/invocation/") and len(parts) == 6:
            request_id, kind = parts[4], parts[5]
            error = "Unhandled" if kind == "error" else ""
            self._flush_log()
            self._outcomes.put((request_id, Outcome(request.body, error, self._elapsed_ms())))
            return HttpResponse(202)
        return HttpResponse(404, b'{"errorType": "NotFound"}')

    def _hand_out(self) -> HttpResponse:
        self._become_ready(None)
        invocation = self._next.get()
        if invocation is None:
            return HttpResponse(500)
        if self._log is not None:
            self._log.tell(platform_lines.of_start(self.configuration, invocation.request_id))
        deadline_ms = int(time.time() * 1000) + self.configuration.timeout * 1000
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", self.configuration.arn),
        ]
        if invocation.trace_header:
            headers.append(("Lambda-Runtime-Trace-Id", invocation.trace_header))
        return HttpResponse(200, invocation.payload, headers)

    def _become_ready(self, init_failure: Outcome | None) -> None:
        with self._lock:
            if self._ready:
                return
            self._ready = True
            self._init_milliseconds = self._elapsed_ms()
            self.init_failure = init_failure
        self._init_timer.cancel()
        self._flush_log()
        self._on_ready(self)

    def _init_timed_out(self) -> None:
        message = f"Init phase timed out after {INIT_TIMEOUT_SECONDS:.0f} s"
        self._become_ready(failure("Sandbox.Timedout", message, timed_out=True))
        self.stop()

    def _timed_out(self, invocation: Invocation) -> Outcome:
        self.stop()
        seconds = float(self.configuration.timeout)
        message = f"RequestId: {invocation.request_id} Error: Task timed out after {seconds:.2f} seconds"
        self._write_log(message)
        outcome = failure("Sandbox.Timedout", message, duration_ms=seconds * 1000, timed_out=True)
        self._report(invocation, outcome)
        return outcome

    def _report(self, invocation: Invocation, outcome: Outcome) -> None:
        """Log the platform lines of an invocation, with the initialisation in the first one."""
        init, self._init_milliseconds = self._init_milliseconds, None
        if self._log is not None:
            lines = platform_lines.of_end(
                self.configuration,
                invocation.request_id,
                outcome,
                platform_lines.peak_megabytes(self.pid),
                init,
            )
            self._log.tell(lines)

    def _watch(self) -> None:
        """Wait for the end of the process and notify waiting threads."""
        process = self._process
        if process is None:
            return
        code = process.wait()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        self._flush_log()
        request_id = self._current.request_id if self._current else ""
        crash = failure(
            "Runtime.ExitError",
            f"RequestId: {request_id} Error: Runtime exited with error: exit status {code}",
            duration_ms=self._elapsed_ms(),
        )
        self._become_ready(crash)
        self._outcomes.put(("", crash))
        self._next.put(None)
        self._server.stop()
        self._on_end(self)

    def _elapsed_ms(self) -> float:
        return (time.monotonic() - self._started) * 1000

    def _flush_log(self) -> None:
        """Flush the log before an outcome is reported, so that it already has the function's output."""
        if self._log is not None:
            self._log.flush()

    def _write_log(self, message: str) -> None:
        if self._log is not None:
            self._log.write_line(
                json.dumps({"timestamp": time.time(), "type": "platform", "message": message})
            )
