"""Reduce a transaction to the data that alerts need: queue message, alert record and mail. Pure.

An alert record outlives its transaction by years. An analyst needs to know that two payments came from one
device but not from which, and the town but not the address.
"""

import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from typing import Final

from shared.runtime.events import StoredTransaction

_DIGITS: Final = 16  # 64 bits: collisions between devices are negligible
_NAMED: Final = re.compile(rf"device-[0-9a-f]{{{_DIGITS}}}")
_ABOUT_A_KILOMETRE: Final = Decimal("0.01")


def device_name(device_id: str) -> str:
    """Return the stable pseudonym of a device; a pseudonym is returned unchanged."""
    if _NAMED.fullmatch(device_id):
        return device_id
    return f"device-{hashlib.sha256(device_id.encode()).hexdigest()[:_DIGITS]}"


def reduced(transaction: StoredTransaction) -> StoredTransaction:
    """Return a transaction without IP address, with a device pseudonym and a position of two decimals.

    Idempotent.
    """
    device, latitude, longitude = transaction.device_id, transaction.latitude, transaction.longitude
    return replace(
        transaction,
        device_id=None if device is None else device_name(device),
        ip_address=None,
        latitude=None if latitude is None else latitude.quantize(_ABOUT_A_KILOMETRE),
        longitude=None if longitude is None else longitude.quantize(_ABOUT_A_KILOMETRE),
    )
