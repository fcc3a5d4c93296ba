"""A small request that unpacks to a large one is refused before anything unpacks it whole."""

import gzip

import pytest

from emulator.cloud.endpoint import unpacks_to_too_much
from emulator.cloud.http_server import MAXIMUM_BODY_BYTES, HttpRequest


def request(body: bytes, encoding: str = "gzip") -> HttpRequest:
    return HttpRequest("POST", "/", {"content-encoding": encoding}, body)


def test_a_body_as_large_as_a_plain_one_may_be_is_taken() -> None:
    assert not unpacks_to_too_much(request(gzip.compress(b"a" * 1_000_000)))


def test_a_larger_one_is_not() -> None:
    bomb = gzip.compress(b"\0" * (MAXIMUM_BODY_BYTES + 1))
    assert len(bomb) < MAXIMUM_BODY_BYTES / 500
    assert unpacks_to_too_much(request(bomb))
    assert not unpacks_to_too_much(request(bomb, "identity"))
    assert unpacks_to_too_much(request(gzip.compress(b"small") + bomb)), "a second member is unpacked too"
    halves = gzip.compress(b"\0" * (MAXIMUM_BODY_BYTES // 2 + 1)) * 2
    assert unpacks_to_too_much(request(halves))


@pytest.mark.parametrize("body", [b"", b"no gzip"])
def test_what_is_no_gzip_is_left_to_the_service(body: bytes) -> None:
    assert not unpacks_to_too_much(request(body))
