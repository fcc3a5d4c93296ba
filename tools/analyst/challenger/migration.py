"""Reads an account's profile of version 1 or 2, which were JSON: what version 3 knows besides begins anew."""

from base64 import b64decode
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from stacks.compute.functions.detector.scoring.state import ProfileError
from tools.analyst.challenger.value import DOLLARS_PER_UNIT

if TYPE_CHECKING:
    from tools.analyst.challenger.account import AccountProfile

_MIGRATED_VERSIONS: Final = (1, 2)
_MOST_LEARNT: Final = 128.0
_RECORD: Final = 2.0
"""The greatest amount was not kept: it is taken as twice the usual one."""

_KEYED: Final = Struct("<II")
_KEY_BITS: Final = 0xFFFF


def migrated(state: dict[str, Any], profile: "AccountProfile") -> None:
    """Fill a new profile from the state of an older version; raises what reading a damaged one raises.

    Kept are age and pace, the usual amount, the hours of the day, and the merchants and devices used. The
    payments remembered one by one are not: a payment that is delivered again across the change of versions
    is judged again.
    """
    if state.get("version") not in _MIGRATED_VERSIONS:
        raise ProfileError(
            f"profile version {state.get('version')!r} is not one of {_MIGRATED_VERSIONS} or 3"
        )
    profile.count = int(state["count"])
    profile.first_at, profile.last_at = int(state["first_at"]), int(state["last_at"])
    profile.habit_count = float(min(profile.count, 100))
    _amounts(state["amounts"], profile)
    if "hours" in state:
        profile.hours = [float(each) for each in b64decode(state["hours"], validate=True)]
    for name in ("merchants", "devices"):
        if name in state:
            uses = getattr(profile, name)
            uses.count, uses.fresh, values = state[name]
            entries = _KEYED.iter_unpack(b64decode(values, validate=True))
            uses.first_hours = {key & _KEY_BITS: hour for key, hour in entries}


def _amounts(amounts: dict[str, Any], profile: "AccountProfile") -> None:
    """Take the mean of the currency that was paid in most."""
    if not amounts:
        return
    currency, (count, mean, squares, _) = max(amounts.items(), key=lambda entry: entry[1][0])
    rate = DOLLARS_PER_UNIT.get(currency, 1.0)
    profile.learnt = min(float(count), _MOST_LEARNT)
    profile.mean, profile.squares = mean * rate, squares * rate * rate * profile.learnt / max(count, 1)
    profile.record = _RECORD * profile.mean
