"""Reads a profile of version 1 as one of version 2; what version 1 did not know is as in a new profile."""

from base64 import b64encode, urlsafe_b64decode
from typing import Any, Final

from stacks.compute.functions.detector.scoring.rules import REMEMBERED_TRANSACTIONS
from stacks.compute.functions.detector.scoring.state import REMEMBERED_LAYOUT, pack

_HOURS_PER_DAY: Final = 24


def migrated(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state of version 2; raises what reading a damaged one raises."""
    flat = state["recent"]
    latest = list(zip(flat[::2], flat[1::2], strict=True))[-REMEMBERED_TRANSACTIONS:]
    rows = [(_key(key) << 8, int(offset) & 0xFFFFFFFF, int(offset) >> 32, 0.0) for offset, key in latest]
    moved = {
        "version": 2,
        "count": state["count"],
        "first_at": state["first_at"],
        "last_at": state["last_at"],
        "amounts": state["amounts"],
        "hours": b64encode(bytes(_HOURS_PER_DAY)).decode(),
        "recent": pack(REMEMBERED_LAYOUT, rows),
    }
    for name in ("categories", "countries"):
        count, last_days = state[name]
        if last_days:
            used = sorted(last_days.items(), key=lambda entry: (entry[1], entry[0]))
            values = [part for value, day in used for part in (value, day * _HOURS_PER_DAY)]
            moved[name] = [min(count, 64), 0, values]
    if state["position"]:
        moved["position"] = state["position"]
    return moved


def _key(text: str) -> int:
    return int.from_bytes(urlsafe_b64decode(text), "little")
