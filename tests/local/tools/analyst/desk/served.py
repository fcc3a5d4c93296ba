"""A desk that answers on loopback, over tables in this process and the function that records verdicts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.unit.tools.analyst.api_in_memory import Api
from tests.unit.tools.analyst.records_in_memory import ENVIRONMENT, OUTPUTS, InMemory
from tools.analyst.desk.__main__ import listening_on, server_of
from tools.analyst.desk.guard import TOKEN
from tools.analyst.desk.model import Watching
from tools.analyst.desk.parts import Desk, desk
from tools.deploy.outputs import Outputs

ALARMS = ("detector-errors-dev", "suspicious-queue-age-dev", "rules-refused-dev")
SIGNER = "arn:aws:iam::123456789012:user/ana"


@dataclass(frozen=True)
class Served:
    """A desk, and where it answers."""

    desk: Desk
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def door(self) -> str:
        return f"{self.address}/?{TOKEN}={self.desk.tokens.session}"


@contextmanager
def served(memory: InMemory, *, by: str = "ana", watching: bool = True) -> Iterator[Served]:
    """Keep a desk as long as the block lasts."""
    cloudwatch: Any = memory.session.create_client("cloudwatch", region_name="us-east-1")
    for name in ALARMS:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    with _verdicts_api(memory) as url:
        exported: dict[str, dict[str, Any]] = {
            **OUTPUTS,
            "compute": {
                "verdicts_url": f"{url}/transactions/{{transaction_id}}/verdict",
                **{f"{name}_url": f"{url}/{name}" for name in ("controls", "rules", "approvals")},
            },
            "alerting": {"alarm_names": list(ALARMS), "dashboard_name": "dashboard-dev"},
        }
        parts = desk(Outputs(ENVIRONMENT, exported), memory.session, by=by, days=30)
        parts.background.patience_seconds = 120
        parts.model.look(whole=True)
        assert not parts.model.error
        with _answering(parts) as port:
            stopped = threading.Event()
            if watching:
                Watching(parts.model, stopped).start()
            try:
                yield Served(parts, port)
            finally:
                stopped.set()
                parts.close()


@contextmanager
def _answering(parts: Desk) -> Iterator[int]:
    listening = listening_on(0)
    port = int(listening.getsockname()[1])
    server = server_of(parts, port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()


@contextmanager
def _verdicts_api(memory: InMemory) -> Iterator[str]:
    """The function behind its route, for whoever sends a signature."""
    api = Api.over(memory.dynamodb)

    class Gateway(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256")
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = api.put(self.path, body, SIGNER if signed else None)
            content = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
