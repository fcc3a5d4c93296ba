"""Signature Version 4, against botocore's signer and with everything changed that can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloud.http_server import HttpRequest
from emulator.cloud.signature import (
    IncompleteSignatureError,
    MissingTokenError,
    WrongSignatureError,
    read_claim,
    verify,
)

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def _signed(
    method: str = "POST",
    target: str = "/a/b?x=1",
    body: bytes = b"{}",
    extra: str = "",
    region: str = "us-east-1",
) -> HttpRequest:
    headers = {"X-Extra": extra} if extra else {}
    request = AWSRequest(method, f"http://127.0.0.1:99{target}", data=body, headers=headers)
    SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", SECRET), "execute-api", region).add_auth(request)
    lower = {name.lower(): str(value) for name, value in request.headers.items()}
    parts = urlsplit(str(request.url))
    raw = parts.path + (f"?{parts.query}" if parts.query else "")
    return HttpRequest(method, raw, {"host": "127.0.0.1:99", **lower}, body)


def _verify(request: HttpRequest, now: datetime | None = None) -> None:
    verify(request, read_claim(request.headers), SECRET, now or datetime.now(UTC))


_SEGMENTS = st.lists(
    st.text("abcÅ _-~.+*%", min_size=1, max_size=6).filter(lambda s: s.strip(".")), max_size=3
)
_QUERY = st.dictionaries(
    st.text("abÅ =&+", min_size=1, max_size=4), st.text("xyÅ /+=&", max_size=5), max_size=3
)


@given(segments=_SEGMENTS, query=_QUERY, body=st.binary(max_size=30), header=st.text("ab  c", max_size=8))
def test_what_botocore_signs_is_verified(
    segments: list[str], query: dict[str, str], body: bytes, header: str
) -> None:
    path = "/" + "/".join(quote(segment, safe="~") for segment in segments)
    parameters = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query.items()
    )
    _verify(_signed("POST", f"{path}?{parameters}" if parameters else path, body, f"v{header}v"))


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"target": "/a/c?x=1"},
        {"target": "/a/b?x=2"},
        {"target": "/a/b"},
        {"body": b"{} "},
    ],
)
def test_a_changed_request_is_wrongly_signed(change: dict[str, str | bytes]) -> None:
    with pytest.raises(WrongSignatureError, match="does not match the signature"):
        _verify(replace(_signed(), **change))  # type: ignore[arg-type]


def test_a_signature_for_another_region_is_refused() -> None:
    with pytest.raises(WrongSignatureError, match="valid region, not 'eu-west-1'"):
        _verify(_signed(region="eu-west-1"))


def test_a_changed_header_counts_if_it_was_signed() -> None:
    request = _signed(extra="1")
    _verify(replace(request, headers={**request.headers, "x-new": "2"}))
    with pytest.raises(WrongSignatureError):
        _verify(replace(request, headers={**request.headers, "x-extra": "2"}))


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(minutes=4), None),
        (timedelta(minutes=-4), None),
        (timedelta(minutes=6), "Signature expired"),
        (timedelta(minutes=-6), "Signature not yet current"),
    ],
)
def test_the_clock_may_differ_by_five_minutes(offset: timedelta, words: str | None) -> None:
    request = _signed()
    now = datetime.now(UTC) + offset
    if words is None:
        _verify(request, now)
    else:
        with pytest.raises(WrongSignatureError, match=words):
            _verify(request, now)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Basic abc", "Unsupported AWS 'algorithm'"),
        ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=1", "requires 'Credential'"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, Signature=1", "requires 'SignedHeaders'"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host", "requires 'Signature'"),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/aws4_request, SignedHeaders=host, Signature=1",
            "5 slash-delimited",
        ),
    ],
)
def test_an_incomplete_header_says_what_is_missing(header: str, words: str) -> None:
    with pytest.raises(IncompleteSignatureError, match=words):
        read_claim({"authorization": header, "x-amz-date": "20260101T000000Z"})


def test_no_header_and_no_date() -> None:
    with pytest.raises(MissingTokenError):
        read_claim({})
    request = _signed()
    with pytest.raises(IncompleteSignatureError, match="X-Amz-Date"):
        read_claim({name: value for name, value in request.headers.items() if name != "x-amz-date"})
