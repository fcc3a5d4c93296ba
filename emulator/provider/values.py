"""Values between engine and provider: JSON, unknowns, and assets in wire format.

An asset or archive is a mapping with Pulumi's signature, as sent over gRPC; the engine adds its `hash`. The
signatures are copied from Pulumi's wire protocol so that deleting resources does not import the SDK (a test
compares them with the SDK's).
"""

from collections.abc import Mapping
from typing import Any, Final

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_ON_THE_WIRE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that is only known after deployment; `UNKNOWN` is its only instance."""

    def __repr__(self) -> str:
        return "(known after deployment)"


UNKNOWN: Final = Unknown()


def is_unknown(value: Any) -> bool:
    """Return whether a value is unknown."""
    return isinstance(value, Unknown)


def contains_unknown(value: Any) -> bool:
    """Return whether a value contains an unknown."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return is_unknown(value)


def is_asset(value: Any) -> bool:
    """Return whether a value is an asset or archive in wire format."""
    return isinstance(value, Mapping) and bool(value.get(SIGNATURE) in (ASSET, ARCHIVE))


def pruned(**values: Any) -> dict[str, Any]:
    """Return the arguments of a call that are not None."""
    return {name: value for name, value in values.items() if value is not None}
