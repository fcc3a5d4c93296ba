"""The emulator's account and region, and moto's backends for them."""

import functools
import threading
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

ACCOUNT_ID: str = DEFAULT_ACCOUNT_ID
REGION = "us-east-1"
PARTITION = "aws"

MOTO_LOCK = threading.RLock()
"""Must be held to read or change moto's backends.

They are not thread-safe: without the lock, two conditional puts of one key could both succeed. Never wait for
another thread while holding it.
"""

_GLOBAL_SERVICES = frozenset({"iam", "sts"})


@functools.cache  # moto searches for the module on each call
def backend(service: str) -> Any:
    """Return moto's backend of `service` (moto's name, such as ``lambda``) in our account."""
    place = PARTITION if service in _GLOBAL_SERVICES else REGION
    return get_backend(service)[ACCOUNT_ID][place]  # type: ignore[call-overload]


def arn(service: str, resource: str) -> str:
    """Return the ARN of a regional service's resource in our account."""
    return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT_ID}:{resource}"
