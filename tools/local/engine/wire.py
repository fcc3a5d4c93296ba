"""Convert protobuf structs of the resource monitor to and from plain values.

Secrets are plain values with a list of their paths.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

from emulator.provider.values import (
    ARCHIVE,
    ASSET,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_ON_THE_WIRE,
    is_asset,
    is_unknown,
)
from tools.local.engine.property_path import Step, changed_at, parsed, shown


def decode(struct: struct_pb2.Struct) -> tuple[dict[str, Any], set[str]]:
    """Return properties as plain values, and the paths of secrets."""
    secrets: set[str] = set()
    values: dict[str, Any] = {}
    for name, field in struct.fields.items():
        found: set[str] = set()
        value = _decoded(field, (name,), found)
        if value is not None:
            values[name] = value
            secrets |= found
    return values, secrets


def encode(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Return properties as a struct without assets, which the SDK keeps; `secrets` are paths."""
    encoded: Any = {name: _encoded(value) for name, value in values.items() if not is_asset(value)}
    for path in secrets:
        encoded = changed_at(parsed(path), encoded, lambda value: {SIGNATURE: SECRET, "value": value})
    struct = struct_pb2.Struct()
    struct.update(encoded)
    return struct


def encode_whole(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return properties as a struct with assets, as the real engine keeps them."""
    struct = struct_pb2.Struct()
    struct.update({name: _encoded(value) for name, value in values.items()})
    return struct


def abridged(value: Any) -> Any:
    """Return a value for the state, with only the hash of assets and archives."""
    if is_asset(value):
        return {SIGNATURE: value[SIGNATURE], "hash": value.get("hash", "")}
    if isinstance(value, Mapping):
        return {key: abridged(item) for key, item in value.items()}
    return [abridged(item) for item in value] if isinstance(value, list) else value


def _decoded(value: struct_pb2.Value, path: tuple[Step, ...], secrets: set[str]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decoded_struct(value.struct_value, path, secrets)
    if kind == "list_value":
        return [_decoded(item, (*path, at), secrets) for at, item in enumerate(value.list_value.values)]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_ON_THE_WIRE else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _decoded_struct(struct: struct_pb2.Struct, path: tuple[Step, ...], secrets: set[str]) -> Any:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET:
        secrets.add(shown(path))
        return _decoded(struct.fields["value"], path, set())
    members = {name: _decoded(item, (*path, name), secrets) for name, item in struct.fields.items()}
    if signature not in ("", ASSET, ARCHIVE):
        raise ValueError(f"a value of kind {signature} cannot be an input on the embedded engine")
    return {name: item for name, item in members.items() if item is not None}


def _encoded(value: Any) -> Any:
    if is_unknown(value):
        return UNKNOWN_ON_THE_WIRE
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return [_encoded(item) for item in value] if isinstance(value, list) else value
