"""A worker's port answers its own client alone, and code that unpacks to too much is not unpacked."""

import http.client
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from emulator.cloud import deployed
from emulator.runtime import configuration as configurations
from emulator.runtime.configuration import FunctionConfiguration, NoFunctionError, unpack_code
from emulator.runtime.packages import link_packages
from emulator.runtime.surroundings import Surroundings
from emulator.runtime.worker import Invocation, Worker

HANDLER = "def handle(event, context):\n    return {'got': event}\n"
FAILS = "raise ValueError('broken')\n"


def of(source: str, folder: Path) -> tuple[FunctionConfiguration, Surroundings]:
    code = folder / "code"
    code.mkdir()
    (code / "handler.py").write_text(source, encoding="utf-8")
    configuration = FunctionConfiguration(
        name="tiny",
        arn="arn:aws:lambda:us-east-1:123456789012:function:tiny",
        role_arn="",
        handler="handler.handle",
        runtime="python3.11",
        timeout=10,
        memory=128,
        environment=(),
        code_sha256="x",
        tracing_active=False,
        log_format="JSON",
        log_level="INFO",
        system_log_level="INFO",
        log_group="/aws/lambda/f",
    )
    return configuration, Surroundings(code, link_packages(folder / "packages"), folder / "log", {})


@pytest.fixture
def worker(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Worker]:
    ready = threading.Event()
    made = Worker(*of(request.param, tmp_path), lambda _: ready.set(), lambda _: None)
    made.start()
    assert ready.wait(60)
    yield made
    made.stop()


def ask(worker: Worker, method: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", worker._server.port, timeout=10)
    connection.request(method, f"/2018-06-01/runtime{path}", b"{}" if method == "POST" else None, headers)
    return connection.getresponse().status


@pytest.mark.parametrize("worker", [HANDLER], indirect=True)
def test_whoever_else_finds_the_port_gets_no_event_and_gives_no_answer(worker: Worker) -> None:
    assert worker.init_failure is None
    for headers in ({}, {"User-Agent": "aws-lambda-python/3.11 key/0"}, {"User-Agent": worker._key[:-1]}):
        assert ask(worker, "GET", "/invocation/next", **headers) == 403
        assert ask(worker, "POST", "/invocation/r-1/response", **headers) == 403
    assert worker.invoke(Invocation.of(b'{"a": 1}')).payload == b'{"got": {"a": 1}}'


@pytest.mark.parametrize("worker", [FAILS], indirect=True)
def test_the_client_tells_why_a_function_does_not_start(worker: Worker) -> None:
    assert worker.init_failure is not None
    assert b"broken" in worker.init_failure.payload


@pytest.mark.parametrize(("size", "taken"), [(1_000, True), (1_001, False)])
def test_a_zip_that_unpacks_to_too_much_is_not_unpacked(
    size: int, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("handler.py", b" " * size)
    monkeypatch.setattr(configurations, "UNZIPPED_LIMIT", 1_000)
    monkeypatch.setattr(deployed, "function", lambda _: SimpleNamespace(code_bytes=package.getvalue()))
    (tmp_path / "one").mkdir()
    configuration, _ = of(HANDLER, tmp_path / "one")
    if taken:
        assert (unpack_code(configuration, tmp_path) / "handler.py").stat().st_size == size
    else:
        with pytest.raises(NoFunctionError, match="smaller than 1000 bytes; tiny has 1001"):
            unpack_code(configuration, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["one"]
