"""Start and stop the hops of the data plane as resources are deployed and deleted."""

import logging
import threading
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.account import MOTO_LOCK, backend
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.http_server import ConnectionCutError, Handler, HttpRequest, HttpResponse, HttpServer
from emulator.cloud.identities import Identities
from emulator.cloud.taps import ControlCall
from emulator.dataplane.asynchronous import AsynchronousInvoker
from emulator.dataplane.bus import EventBuses
from emulator.dataplane.gateway.server import Gateway
from emulator.dataplane.lambda_service import LambdaService
from emulator.dataplane.mailbox import Mailbox
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.pipe import PipeRunner
from emulator.dataplane.queue_trigger import QueueTrigger
from emulator.dataplane.scheduler import Scheduler
from emulator.dataplane.tracing import TRACES_FILE, Traces
from emulator.runtime.functions import Functions, RuntimeOptions

log = logging.getLogger(__name__)


class DataPlane:
    """Moves events between the resources deployed in moto.

    Args:
        run_directory: Holds mails, logs, traces and function code.
        endpoint: URL of the AWS APIs, for functions.
        identities: Registry of role sessions.
        options: Timing.
        chaos: Decides which faults strike.
    """

    def __init__(
        self,
        run_directory: Path,
        endpoint: str,
        identities: Identities,
        options: DataPlaneOptions,
        chaos: Chaos,
    ) -> None:
        self._scheduler = Scheduler()
        self._traces = Traces(run_directory / TRACES_FILE)
        runtime = RuntimeOptions(run_directory, endpoint, self._traces.address, options.maximum_workers)
        self.functions = Functions(identities, runtime)
        self._service = LambdaService(self.functions, self._traces, chaos)
        self.invoker = AsynchronousInvoker(self._service, self._scheduler, options)
        self._buses = EventBuses(self.invoker, self._scheduler, options, chaos)
        self._mailbox = Mailbox(run_directory / "mail")
        gateway = Gateway(identities, self._service, self._traces)
        self._gateway_server = HttpServer(_with_chaos(gateway.handle, chaos), name="gateway")
        self._options = options
        self._chaos = chaos
        self._pipes: dict[str, PipeRunner] = {}
        self._triggers: dict[str, QueueTrigger] = {}
        self._known_functions: set[str] = set()
        self._changed = threading.Event()
        self._stopping = False
        taps.control_called.listen(self._control_called)

    @property
    def gateway_url(self) -> str:
        """The URL of the API gateway."""
        return self._gateway_server.url

    @property
    def service(self) -> LambdaService:
        """The Lambda service, for the Invoke API."""
        return self._service

    def start(self) -> None:
        """Start the gateway and begin to follow deployments."""
        self._gateway_server.start()
        threading.Thread(target=self._follow, name="wiring", daemon=True).start()

    def stop(self) -> None:
        """Stop the hops from first to last, then the workers."""
        self._stopping = True
        taps.control_called.forget(self._control_called)
        self._changed.set()
        self._gateway_server.stop()
        for pipe in list(self._pipes.values()):
            pipe.stop()
        self._buses.stop()
        self.invoker.stop()
        for trigger in list(self._triggers.values()):
            trigger.stop()
        self._scheduler.stop()
        self.functions.stop()
        self._mailbox.stop()
        self._traces.stop()

    def _control_called(self, call: ControlCall) -> None:
        if call.service in {"lambda", "pipes"}:
            self._changed.set()

    def _follow(self) -> None:
        while not self._stopping:
            self._changed.wait()
            self._changed.clear()
            try:
                self._follow_once()
            except Exception:
                log.exception("the deployed wiring could not be followed")

    def _follow_once(self) -> None:
        with MOTO_LOCK:
            pipes = dict(backend("pipes").pipes)
            mappings = {each.uuid for each in backend("lambda").list_event_source_mappings(None, None)}
            functions = {each.function_name for each in backend("lambda").list_functions()}
        if self._stopping:
            return
        for name, runner in list(self._pipes.items()):
            if pipes.get(name) is not runner.pipe:
                self._pipes.pop(name).stop()
        for name, pipe in pipes.items():
            if name not in self._pipes:
                self._pipes[name] = PipeRunner(pipe, self._options, self._chaos)
            self._pipes[name].wake()
        for mapping_id in mappings - set(self._triggers):
            self._triggers[mapping_id] = QueueTrigger(mapping_id, self._service, self._options, self._chaos)
        for mapping_id in set(self._triggers) - mappings:
            self._triggers.pop(mapping_id).stop()
        for trigger in self._triggers.values():
            trigger.wake()
        for name in functions | self._known_functions:
            self.functions.changed(name)
        self._known_functions = functions


def _with_chaos(handle: Handler, chaos: Chaos) -> Handler:
    """Wrap a handler so that faults cut connections before or after the request is handled."""

    def handle_or_cut(request: HttpRequest) -> HttpResponse:
        if chaos.strikes(Strike.REQUEST_CUT_BEFORE, request.path, request.body):
            raise ConnectionCutError
        response = handle(request)
        if chaos.strikes(Strike.REQUEST_CUT_AFTER, request.path, request.body):
            raise ConnectionCutError
        return response

    return handle_or_cut
