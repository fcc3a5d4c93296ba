"""The functions' own client of AWS: it sends what botocore would, and mistakes no answer."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import clients
from shared.runtime.clients import AwsError, create_client
from shared.runtime.connections import Answer, Connections
from shared.runtime.signing import Credentials, Scope, signed

NOW = 1_796_047_824
Answers = Iterator[tuple[int, bytes] | None]


class Service:
    """A host that gives the answers it is told to; None closes the connection without one."""

    def __init__(self) -> None:
        self.answers: Answers = iter([])
        self.requests: list[tuple[Mapping[str, str], bytes]] = []
        self.connections: set[Any] = set()
        self.close_after_answers = False
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.requests.append((dict(self.headers), body))
                service.connections.add(self.client_address)
                answer = next(service.answers)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])
                self.close_connection = service.close_after_answers

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64  # of five, the default, some of eight clients at once were not let in

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    found = Service()
    for name, value in (
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_ENDPOINT_URL", found.url),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "pause", lambda _: None)
    yield found
    found.stop()


def put(service: Service, *answers: tuple[int, bytes] | None, attempts: int = 2) -> Any:
    service.answers = iter(answers)
    return create_client("dynamodb", attempts=attempts).put_item(TableName="t", Item={"a": {"S": "b"}})


@given(
    body=st.binary(max_size=200),
    token=st.none() | st.text("abcXYZ+/=", min_size=1),
    service=st.sampled_from(["dynamodb", "sqs", "sns"]),
    now=st.integers(0, 4_000_000_000),
)
def test_a_signature_is_botocores(body: bytes, token: str | None, service: str, now: int) -> None:
    headers = {"host": f"{service}.us-east-1.amazonaws.com", "content-type": "application/x-amz-json-1.0"}
    ours = signed(headers, body, Scope(service, "us-east-1"), Credentials("AKID", "secret", token), now)
    request = AWSRequest("POST", f"https://{headers['host']}/", headers=headers, data=body)
    request.context["timestamp"] = ours["x-amz-date"]
    if token:
        request.headers["x-amz-security-token"] = token
    request.headers["x-amz-date"] = ours["x-amz-date"]
    auth = SigV4Auth(BotocoreCredentials("AKID", "secret", token), service, "us-east-1")
    wanted = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert ours["authorization"].endswith(f"Signature={wanted}")
    assert ours["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential=AKID/{auth.scope(request)[5:]}")


@given(content=st.binary(max_size=300), text=st.text(max_size=20))
def test_bytes_come_back_as_they_went(content: bytes, text: str) -> None:
    item = {"state": {"B": content}, "B": {"M": {"B": {"S": text}}}, "list": {"L": [{"B": content}]}}
    sent = json.dumps(item, default=clients._base64)
    assert json.loads(sent, object_hook=clients._with_bytes) == item


def test_a_call_is_what_dynamodb_expects(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
    assert put(service, (200, b"{}")) == {}
    [(headers, body)] = service.requests
    sent = {name.lower(): value for name, value in headers.items()}
    assert sent["x-amz-target"] == "DynamoDB_20120810.PutItem"
    assert sent["content-type"] == "application/x-amz-json-1.0"
    assert sent["x-amz-security-token"] == "token"
    assert sent["x-amzn-trace-id"].startswith("Root=1-5759e988-bd862e3fe1be46a994272793;")
    assert json.loads(body) == {"TableName": "t", "Item": {"a": {"S": "b"}}}


@pytest.mark.parametrize(
    "passing",
    [
        None,
        (500, b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}'),
        (503, b"<html>busy</html>"),
        (400, b'{"__type":"com.amazon.coral.availability#ThrottlingException"}'),
    ],
)
def test_what_may_pass_is_tried_again(service: Service, passing: tuple[int, bytes] | None) -> None:
    assert put(service, passing, (200, b"{}")) == {}
    assert len(service.requests) == 2
    with pytest.raises(AwsError) as refused:
        put(service, passing, passing)
    assert refused.value.may_pass
    with pytest.raises(AwsError):
        put(service, passing, attempts=1)


def test_what_does_not_pass_is_told_at_once_with_what_it_says(service: Service) -> None:
    answer = {
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "secret",
        "Item": {"a": {"B": base64.b64encode(b"x").decode()}},
    }
    with pytest.raises(AwsError) as refused:
        put(service, (400, json.dumps(answer).encode()))
    assert (refused.value.code, refused.value.status) == ("ConditionalCheckFailedException", 400)
    assert refused.value.details["Item"] == {"a": {"B": b"x"}}
    assert not refused.value.may_pass
    assert "secret" not in str(refused.value)


def test_a_transaction_has_one_token_however_often_it_is_tried(service: Service) -> None:
    service.answers = iter([None, (200, b"{}"), (200, b"{}")])
    client = create_client("dynamodb")
    client.transact_write_items(TransactItems=[])
    client.transact_write_items(TransactItems=[])
    first, again, other = (json.loads(body)["ClientRequestToken"] for _, body in service.requests)
    assert first == again != other


@pytest.mark.parametrize("close", [False, True])
def test_a_connection_serves_until_its_host_closes_it(service: Service, close: bool) -> None:
    service.close_after_answers = close
    service.answers = iter([(200, b"{}")] * 3)
    client = create_client("sqs", attempts=1)
    for _ in range(3):
        client.send_message(QueueUrl="q", MessageBody="m")
        threading.Event().wait(0.05)
    assert len(service.connections) == (3 if close else 1)
    assert service.requests[0][0]["x-amz-target"] == "AmazonSQS.SendMessage"


def test_threads_share_no_connection(service: Service) -> None:
    service.answers = iter([(200, b"{}")] * 80)
    client = create_client("dynamodb", attempts=1)
    threads = [
        threading.Thread(target=lambda: [client.query(TableName="t") for _ in range(10)]) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(service.requests) == 80
    assert len(service.connections) <= 8


def test_a_mail_is_published_as_a_form(service: Service) -> None:
    done = b"<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
    refused = b"<ErrorResponse><Error><Code>NotFound</Code><Message>secret</Message></Error></ErrorResponse>"
    service.answers = iter([(200, done), (404, refused)])
    client = create_client("sns")
    text = "1 & 2 = 3?\nüñ"
    assert client.publish(TopicArn="arn", Subject="s", Message=text)["MessageId"] == "m-1"
    assert parse_qs(service.requests[0][1].decode())["Message"] == [text]
    with pytest.raises(AwsError, match=r"^NotFound$"):
        client.publish(TopicArn="arn", Message=text)


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:9", "EndpointConnectionError"), ("http://nobody.invalid", "EndpointConnectionError")],
)
def test_a_host_that_is_not_there_is_told(service: Service, url: str, code: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(AwsError, match=code):
        create_client("dynamodb").query(TableName="t")


def test_an_answer_that_does_not_come_ends_the_wait(service: Service) -> None:
    release = threading.Event()

    def late() -> Answers:
        release.wait(5)
        yield (200, b"{}")

    service.answers = late()
    client = create_client("dynamodb", read_seconds=0.05, attempts=1)
    with pytest.raises(AwsError, match="ReadTimeoutError"):
        client.query(TableName="t")
    release.set()


def test_without_an_endpoint_of_a_test_it_is_aws_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    opened: list[Connections] = []

    def post(connections: Connections, *_: Any) -> Answer:
        opened.append(connections)
        return Answer(200, b"{}")

    monkeypatch.setattr(Connections, "post", post)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    create_client("dynamodb").query(TableName="t")
    assert (opened[0].host, opened[0]._is_secure) == ("dynamodb.us-east-1.amazonaws.com", True)
