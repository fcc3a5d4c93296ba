"""Stable pseudonyms for account ids in logs and mails."""

import hashlib
import hmac
from typing import Final

_LENGTH: Final = 16  # 64 bits: collisions between accounts are negligible
PATTERN: Final = rf"acct-[0-9a-f]{{{_LENGTH}}}"
"""Regular expression of a pseudonym."""


def pseudonym(account_id: str, secret: str) -> str:
    """Return an account's pseudonym, which cannot be reversed without the environment's secret."""
    digest = hmac.new(secret.encode(), account_id.encode(), hashlib.sha256).hexdigest()
    return f"acct-{digest[:_LENGTH]}"
