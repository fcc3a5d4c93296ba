"""Sign requests without a query string with AWS Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import gmtime, strftime
from typing import Final, Self

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials of a role session."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None

    @classmethod
    def of_environment(cls) -> Self:
        """Return the credentials in Lambda's environment variables."""
        return cls(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN"),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Credential scope: a service, such as `dynamodb`, and a region."""

    service: str
    region: str


def signed(
    headers: Mapping[str, str], body: bytes, scope: Scope, credentials: Credentials, now: float
) -> dict[str, str]:
    """Return the headers of a signed `POST /`.

    Args:
        headers: Headers to sign, with lower-case names, including `host`.
        body: Request body.
        scope: Credential scope.
        credentials: Credentials.
        now: Epoch seconds; AWS accepts the request for five minutes.
    """
    moment = gmtime(now)
    time, date = strftime("%Y%m%dT%H%M%SZ", moment), strftime("%Y%m%d", moment)
    to_sign = {**headers, "x-amz-date": time}
    if credentials.session_token:
        to_sign["x-amz-security-token"] = credentials.session_token
    names = sorted(to_sign)
    listed = ";".join(names)
    canonical = "\n".join(
        ("POST", "/", "", *(f"{name}:{to_sign[name]}" for name in names), "", listed, _sha256(body))
    )
    within = f"{date}/{scope.region}/{scope.service}/aws4_request"
    text = "\n".join((_ALGORITHM, time, within, _sha256(canonical.encode())))
    key = _signing_key(credentials.secret_access_key, date, scope.region, scope.service)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    to_sign["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key_id}/{within}, "
        f"SignedHeaders={listed}, Signature={signature}"
    )
    return to_sign


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=8)
def _signing_key(secret_access_key: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
