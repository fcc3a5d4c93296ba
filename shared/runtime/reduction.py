"""What of a transaction goes on to people: into the queue's message, the alert record and mails. Pure.

The transaction itself stays in its table. An alert record lives for years longer, and whoever judges it needs
to know that two payments came from one device, not from which; and the town, not the door.
"""

import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from typing import Final

from shared.runtime.events import StoredTransaction

_DIGITS: Final = 16  # 64 bits: no two devices share a name by chance
_NAMED: Final = re.compile(rf"device-[0-9a-f]{{{_DIGITS}}}")
_ABOUT_A_KILOMETRE: Final = Decimal("0.01")


def device_name(device_id: str) -> str:
    """Return a name that stands for a device, the same one wherever it is used; a name stands for itself."""
    if _NAMED.fullmatch(device_id):
        return device_id
    return f"device-{hashlib.sha256(device_id.encode()).hexdigest()[:_DIGITS]}"


def reduced(transaction: StoredTransaction) -> StoredTransaction:
    """Return a transaction without its network address, its device by a name, its position to two digits.

    What is reduced already stays as it is.
    """
    device, latitude, longitude = transaction.device_id, transaction.latitude, transaction.longitude
    return replace(
        transaction,
        device_id=None if device is None else device_name(device),
        ip_address=None,
        latitude=None if latitude is None else latitude.quantize(_ABOUT_A_KILOMETRE),
        longitude=None if longitude is None else longitude.quantize(_ABOUT_A_KILOMETRE),
    )
