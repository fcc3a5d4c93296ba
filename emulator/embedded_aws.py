"""Start and stop all parts of the emulator process."""

import logging
import os
import secrets
import time
from pathlib import Path

from emulator import address
from emulator.cloud import repairs
from emulator.cloud.account import ACCOUNT_ID, REGION
from emulator.cloud.assume_role_api import AssumeRoleApi, caller_identity
from emulator.cloud.chaos import Chaos
from emulator.cloud.endpoint import Answer, Endpoint
from emulator.cloud.evaluations import Evaluations
from emulator.cloud.http_server import HttpServer
from emulator.cloud.identities import Identities
from emulator.cloud.monitoring.alarms import Alarms
from emulator.cloud.moto_front import MotoFront
from emulator.dataplane.invoke_api import InvokeApi
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.plane import DataPlane

log = logging.getLogger(__name__)


class EmbeddedCloud:
    """The emulator of a run directory.

    Args:
        run_directory: Holds all files of the run; created if missing.
        port: Port of the AWS APIs; 0 chooses a free one.
        options: Timing of the data plane.
        record_evaluations: Whether to record every permission evaluation.
    """

    def __init__(
        self,
        run_directory: Path,
        *,
        port: int = 0,
        options: DataPlaneOptions | None = None,
        record_evaluations: bool = False,
    ) -> None:
        self._run_directory = run_directory
        run_directory.mkdir(parents=True, exist_ok=True)
        repairs.apply()
        self._evaluations = Evaluations(run_directory) if record_evaluations else None
        if self._evaluations:
            self._evaluations.start()
        self.identities = Identities()
        own_answers: dict[tuple[str, str], Answer] = {}
        chaos = Chaos(run_directory)
        self._alarms = Alarms((options or DataPlaneOptions()).alarm_scale)
        endpoint = Endpoint(self.identities, MotoFront(), own_answers, run_directory, chaos)
        self._endpoint_server = HttpServer(endpoint.handle, port=port, name="aws")
        self.data_plane = DataPlane(
            run_directory, self._endpoint_server.url, self.identities, options or DataPlaneOptions(), chaos
        )
        own_answers["lambda", "Invoke"] = InvokeApi(self.data_plane.service, self.data_plane.invoker).answer
        own_answers["sts", "AssumeRole"] = AssumeRoleApi(self.identities).answer
        own_answers["sts", "GetCallerIdentity"] = caller_identity

    def start(self) -> address.Emulator:
        """Open the ports and write the address file."""
        started = time.monotonic()
        self._endpoint_server.start()
        self.data_plane.start()
        self._alarms.start()
        emulator = address.Emulator(
            endpoint=self._endpoint_server.url,
            gateway=self.data_plane.gateway_url,
            account_id=ACCOUNT_ID,
            region=REGION,
            access_key_id=self.identities.operator.access_key_id,
            secret_access_key=self.identities.operator.secret_access_key,
            pid=os.getpid(),
            instance_id=secrets.token_hex(8),
        )
        address.write(self._run_directory, emulator)
        log.info("the embedded AWS answers at %s after %.2f s", emulator.endpoint, time.monotonic() - started)
        return emulator

    def stop(self) -> None:
        """Stop all parts and remove the address file."""
        (self._run_directory / address.FILE_NAME).unlink(missing_ok=True)
        self._alarms.stop()
        self.data_plane.stop()
        self._endpoint_server.stop()
        if self._evaluations:
            self._evaluations.stop()
