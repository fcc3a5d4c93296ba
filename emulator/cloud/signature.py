"""Parse and verify AWS Signature Version 4.

Source: "Signature Version 4 for API requests" in the IAM user guide. The payload hash is always computed,
    never
taken from a header, so that a changed body invalidates the signature.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote

from emulator.cloud.account import REGION
from emulator.cloud.http_server import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
CLOCK_WINDOW = timedelta(minutes=5)
"""Allowed difference between a request's time and the server's, as in AWS."""

_AMAZON_DATE = "%Y%m%dT%H%M%SZ"
_SPACES = re.compile(r"\s+")


class MissingTokenError(Exception):
    """The request is not signed."""


class IncompleteSignatureError(Exception):
    """The signature is incomplete; the message says which part is missing."""


class WrongSignatureError(Exception):
    """The signature does not match the request and secret key, or has expired."""


@dataclass(frozen=True, slots=True)
class SignatureClaim:
    """The unverified content of the Authorization header."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    time: str

    @property
    def scope(self) -> str:
        """The credential scope without the access key."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read_claim(headers: Mapping[str, str]) -> SignatureClaim:
    """Parse the signature of a request.

    Raises:
        MissingTokenError: There is no Authorization header.
        IncompleteSignatureError: The header is not a complete SigV4 header.
    """
    header = headers.get("authorization", "")
    if not header:
        raise MissingTokenError
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureError(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not parts.get(name):
            raise IncompleteSignatureError(f"Authorization header requires '{name}' parameter.")
    time = headers.get("x-amz-date", "")
    if not time:
        raise IncompleteSignatureError(
            "Authorization header requires existence of either a 'X-Amz-Date' header."
        )
    scope = parts["Credential"].split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":
        raise IncompleteSignatureError("Credential must have exactly 5 slash-delimited elements.")
    return SignatureClaim(
        access_key_id=scope[0],
        date=scope[1],
        region=scope[2],
        service=scope[3],
        signed_headers=tuple(parts["SignedHeaders"].lower().split(";")),
        signature=parts["Signature"],
        time=time,
    )


def verify(request: HttpRequest, claim: SignatureClaim, secret_access_key: str, now: datetime) -> None:
    """Check that `secret_access_key` signed this request within the allowed clock skew.

    Raises:
        WrongSignatureError: The check failed; with AWS's message.
    """
    if claim.region != REGION:
        raise WrongSignatureError(f"Credential should be scoped to a valid region, not '{claim.region}'.")
    _check_time(claim, now)
    if "host" not in claim.signed_headers:
        raise WrongSignatureError("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    to_sign = "\n".join(
        [
            ALGORITHM,
            claim.time,
            claim.scope,
            hashlib.sha256(_canonical_request(request, claim).encode()).hexdigest(),
        ]
    )
    key = _signing_key(secret_access_key, claim.date, claim.region, claim.service)
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, claim.signature):
        raise WrongSignatureError(
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details."
        )


def _check_time(claim: SignatureClaim, now: datetime) -> None:
    try:
        signed_at = _read_time(claim.time)
    except ValueError as error:
        raise WrongSignatureError("Date must be in ISO-8601 'basic format'.") from error
    if not claim.time.startswith(claim.date):
        raise WrongSignatureError(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date."
        )
    limit = now - CLOCK_WINDOW
    if signed_at < limit:
        raise WrongSignatureError(
            f"Signature expired: {claim.time} is now earlier than {limit.strftime(_AMAZON_DATE)} "
            f"({now.strftime(_AMAZON_DATE)} - 5 min.)"
        )
    if signed_at > now + CLOCK_WINDOW:
        raise WrongSignatureError(
            f"Signature not yet current: {claim.time} is still later than "
            f"{(now + CLOCK_WINDOW).strftime(_AMAZON_DATE)} ({now.strftime(_AMAZON_DATE)} + 5 min.)"
        )


@lru_cache(maxsize=256)
def _read_time(text: str) -> datetime:
    return datetime.strptime(text, _AMAZON_DATE).replace(tzinfo=UTC)


def _canonical_request(request: HttpRequest, claim: SignatureClaim) -> str:
    headers = "".join(
        f"{name}:{_SPACES.sub(' ', request.headers.get(name, '')).strip()}\n" for name in claim.signed_headers
    )
    return "\n".join(
        [
            request.method,
            quote(request.path, safe="/~"),
            _canonical_query(request.query),
            headers,
            ";".join(claim.signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        ]
    )


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = (part.partition("=")[::2] for part in query.split("&") if part)
    encoded = sorted(
        (quote(unquote(name), safe="~"), quote(unquote(value), safe="~")) for name, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


@lru_cache(maxsize=256)
def _signing_key(secret_access_key: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
