"""The item of a valid transaction. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from shared.runtime.money import plain

_SECONDS_PER_DAY: Final = int(timedelta(days=1).total_seconds())
_POSITION_STEP: Final = Decimal("1e-15")
"""Resolution of positions in degrees: requests may have any number of digits, DynamoDB has 38."""


def body_hash(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a transaction's content, independent of field order and trailing zeros."""
    canonical = {name: _canonical(value) for name, value in values.items()}
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def item_of(
    values: Mapping[str, Any],
    *,
    received_at: int,
    caller: str | None,
    trace_header: str,
    time_to_live_days: int,
) -> dict[str, Any]:
    """Return the item to store.

    Args:
        values: The fields of a valid transaction.
        received_at: Current time in epoch milliseconds.
        caller: ARN of the identity that signed; stored without the account ID.
        trace_header: Trace header of the request, for the functions behind the table's stream.
        time_to_live_days: Time to live of the item; 0 for no expiry.
    """
    item = {
        **values,
        **{name: _position(values[name]) for name in ("latitude", "longitude") if name in values},
        "amount": Decimal(values["amount"]),
        "body_hash": body_hash(values),
        "received_at": received_at,
        "trace_header": trace_header,
    }
    if caller:
        item["caller"] = caller.rpartition(":")[2]
    if time_to_live_days:
        item["expires_at"] = received_at // 1000 + time_to_live_days * _SECONDS_PER_DAY
    return item


def _position(degrees: int | Decimal) -> Decimal:
    return Decimal(degrees).quantize(_POSITION_STEP)


def _canonical(value: str | bool | int | Decimal) -> str | bool:
    # Numbers become marked text, so that the number 1 and the text "1" differ.
    if isinstance(value, str | bool):
        return value
    return f"number {plain(Decimal(value))}"
