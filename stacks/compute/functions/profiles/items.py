"""Items of profiles: `{profile_id, revision, state, expires_at}`, with the state as bytes or JSON text.

JSON of more than a write unit (1 KB) is compressed and stored as `packed` instead of `state`. Writes are
conditional on the revision that was read.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Self

from shared.runtime.dynamodb import to_item

WRITE_UNIT_BYTES: Final = 1024
_NAME_BYTES: Final = 16
"""Length of the hash of a name; collisions are negligible."""


UNREADABLE_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Built-in exceptions that reading a damaged state may raise."""


class UnreadableProfileError(ValueError):
    """An item has an unexpected shape. The text names the attribute, never its value."""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A stored profile.

    Attributes:
        profile_id: The key.
        state: Bytes or plain JSON data; None without an item.
        revision: Revision of the item; 0 without one.
    """

    profile_id: str
    state: Any = None
    revision: int = 0

    @classmethod
    def of_item(cls, profile_id: str, item: Mapping[str, Any] | None) -> Self:
        """Read an item of plain values.

        Raises:
            UnreadableProfileError: The item has an unexpected shape.
        """
        if item is None:
            return cls(profile_id)
        try:
            return cls(profile_id, _state_of(item), int(item["revision"]))
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise UnreadableProfileError(f"a profile is not readable: {type(error).__name__}") from None

    def put(self, table: str, state: Any, *, expires_at: int | None) -> dict[str, Any]:
        """Return PutItem arguments that replace this revision by another state.

        Args:
            table: Name of the table.
            state: Bytes or plain JSON data.
            expires_at: Expiry in epoch seconds; None for no expiry.
        """
        item = {
            "profile_id": self.profile_id,
            "revision": self.revision + 1,
            **_stored(state),
            "expires_at": expires_at,
        }
        if not self.revision:
            condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(profile_id)"}
        else:
            condition = {
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": {"N": str(self.revision)}},
            }
        return {"TableName": table, "Item": to_item(item), **condition}


def _stored(state: Any) -> dict[str, Any]:
    """Return the attribute with a state."""
    if isinstance(state, bytes):
        return {"state": state}
    text = json.dumps(state, separators=(",", ":"))
    return {"packed": zlib.compress(text.encode())} if len(text) > WRITE_UNIT_BYTES else {"state": text}


def _state_of(item: Mapping[str, Any]) -> Any:
    if "packed" in item:
        return json.loads(zlib.decompress(item["packed"]))
    state = item["state"]
    return state if isinstance(state, bytes) else json.loads(state)


def account_key(account_id: str) -> str:
    """Return the key of an account's profile."""
    return f"account#{account_id}"


def merchant_key(merchant_id: str) -> str:
    """Return the key of a merchant's profile."""
    return f"merchant#{merchant_id}"


def controls_key(profile_id: str) -> str:
    """Return the key of the controls of a profile's account or merchant."""
    return f"controls#{profile_id}"


def aside_key(profile_id: str, digest: str) -> str:
    """Return the key of the copy of an unreadable profile, with the digest of its content."""
    return f"aside#{profile_id}#{digest[:16]}"


def sample_key(shard: int) -> str:
    """Return the key of a shard of the population's statistics."""
    return f"population#sample#{shard}"


def uses_key(kind: str, name: str) -> str:
    """Return the key of the counter of first uses of a name, which is hashed."""
    return f"uses#{kind}#{blake2b(name.encode(), digest_size=_NAME_BYTES).hexdigest()}"


def risk_key(shard: int) -> str:
    """Return the key of a shard of the statistics on how long merchants and accounts stay compromised."""
    return f"population#risk#{shard}"
