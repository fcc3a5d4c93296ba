"""The sender against a real HTTP server: signed, repeated when told to wait, paced, on few connections."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tools.local.traffic.client import NO_ANSWER, Identity, SigningClient
from tools.local.traffic.replay import CONNECTIONS, Delivery, Replay
from tools.local.traffic.transactions import LabelledTransaction

IDENTITY = Identity("AKIDEXAMPLE", "secret", "us-east-1")


class Api(ThreadingHTTPServer):
    """Remembers what it was sent, and answers each request as the test says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ApiHandler)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.clients: set[object] = set()
        self.answers: list[int] = []
        self.meeting: threading.Barrier | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/execute-api/abc/stage-local/transactions"


class ApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers.items()), body))
        self.server.clients.add(self.client_address)
        if self.server.meeting is not None:
            self.server.meeting.wait(timeout=20)
        status = self.server.answers.pop(0) if self.server.answers else 201
        if status == 0:
            self.close_connection = True
            return
        answer = b'{"message": "as told"}'
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def stream(count: int) -> list[LabelledTransaction]:
    return [
        LabelledTransaction({"transaction_id": f"t{number}", "timestamp": number}) for number in range(count)
    ]


def test_the_signature_is_the_one_that_the_body_and_the_keys_give(api: Api) -> None:
    client = SigningClient(api.url, IDENTITY)
    assert client.post(b'{"a":1}').status == 201
    client.close()
    ((headers, body),) = api.requests
    expected = AWSRequest("POST", api.url, headers={"Content-Type": "application/json"}, data=body)
    expected.context["timestamp"] = headers["X-Amz-Date"]
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), "execute-api", "us-east-1")
    expected.headers["X-Amz-Date"] = headers["X-Amz-Date"]
    signature = signer.signature(
        signer.string_to_sign(expected, signer.canonical_request(expected)), expected
    )
    assert headers["Authorization"].endswith(f"Signature={signature}")


def test_it_tries_again_when_told_to_wait_and_keeps_every_answer(api: Api) -> None:
    api.answers = [429, 0, 503, 201]
    waits: list[float] = []
    client = SigningClient(api.url, IDENTITY, sleep=waits.append)
    outcome = client.deliver(b"{}")
    client.close()
    assert [answer.status for answer in outcome.answers] == [429, NO_ANSWER, 503, 201]
    assert outcome.accepted
    assert not outcome.rejected
    assert waits[2] == 1.0, "as long as Retry-After says"
    assert {body for _, body in api.requests} == {b"{}"}


def test_it_does_not_repeat_what_was_refused(api: Api) -> None:
    api.answers = [400]
    client = SigningClient(api.url, IDENTITY)
    outcome = client.deliver(b"{}")
    client.close()
    assert outcome.rejected
    assert len(api.requests) == 1


def test_it_gives_up_in_the_end_and_says_why() -> None:
    client = SigningClient("http://127.0.0.1:9/transactions", IDENTITY, sleep=lambda _seconds: None)
    outcome = client.deliver(b"{}")
    assert len(outcome.answers) == 8
    assert (outcome.accepted, outcome.rejected) == (False, False)
    assert "refused" in outcome.answer.text.lower()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no http or https URL"):
        SigningClient("127.0.0.1/transactions", IDENTITY)


def test_everything_is_sent_once_in_turn_over_kept_connections(api: Api) -> None:
    seen: list[Delivery] = []
    transactions = stream(120)
    deliveries = Replay(api.url, IDENTITY, 2000, seen.append).run(transactions)
    assert [each.transaction for each in deliveries] == transactions
    assert len(seen) == len(api.requests) == 120
    assert sorted(json.loads(body)["timestamp"] for _, body in api.requests) == list(range(120))
    assert len(api.clients) <= CONNECTIONS


def test_a_slow_answer_does_not_hold_up_the_next_transaction(api: Api) -> None:
    api.meeting = threading.Barrier(4)  # nobody is answered before four have asked
    deliveries = Replay(api.url, IDENTITY, 100, lambda _delivery: None).run(stream(8))
    assert [each.outcome.answer.status for each in deliveries] == [201] * 8
    assert not api.meeting.broken


def test_it_keeps_the_rate(api: Api) -> None:
    started = time.monotonic()
    Replay(api.url, IDENTITY, 100, lambda _delivery: None).run(stream(31))
    assert time.monotonic() - started >= 30 / 100


def test_when_stopped_it_sends_no_more(api: Api) -> None:
    replay = Replay(api.url, IDENTITY, 50, lambda _delivery: replay.stop())
    deliveries = replay.run(stream(200))
    assert 1 <= len(deliveries) <= CONNECTIONS
    assert len(api.requests) == len(deliveries)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Replay("http://127.0.0.1:9/", IDENTITY, 0, lambda _delivery: None)


def test_an_interrupt_while_the_sending_only_just_starts_stops_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def interrupted_start(thread: threading.Thread) -> None:
        start(thread)
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted_start)
    delivered: list[Delivery] = []
    replay = Replay(api.url, IDENTITY, 5, delivered.append)
    with pytest.raises(KeyboardInterrupt), replay.beside(stream(500)):
        pytest.fail("the block must not be entered")
    assert len(delivered) < 50, "500 would take 100 s"
