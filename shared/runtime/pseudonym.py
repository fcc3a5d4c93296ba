"""Stable pseudonyms for account ids in logs and mails."""

import hashlib
import hmac
from typing import Final

_LENGTH: Final = 16  # 64 bits: no two accounts of a bank share one by chance
PATTERN: Final = rf"acct-[0-9a-f]{{{_LENGTH}}}"
"""What a pseudonym looks like."""


def pseudonym(account_id: str, secret: str) -> str:
    """Return a name for an account that cannot be turned back without the environment's secret."""
    digest = hmac.new(secret.encode(), account_id.encode(), hashlib.sha256).hexdigest()
    return f"acct-{digest[:_LENGTH]}"
