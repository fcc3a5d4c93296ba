"""Protobuf structs of the resource monitor's protocol, from and to the provider's plain values.

Secrets travel beside the values: the names of the top-level properties that are secret in any part, which is
how far Pulumi's Python SDK tells them apart as well.
"""

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

from local.provider.values import (
    ARCHIVE,
    ASSET,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_ON_THE_WIRE,
    is_asset,
    is_unknown,
)


def decode(struct: struct_pb2.Struct) -> tuple[dict[str, Any], set[str]]:
    """Properties as plain values, and the names of the secret ones."""
    secrets: set[str] = set()
    values: dict[str, Any] = {}
    for name, field in struct.fields.items():
        found: list[bool] = []
        value = _decoded(field, found)
        if value is not None:
            values[name] = value
            if found:
                secrets.add(name)
    return values, secrets


def encode(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """Properties as a struct. Assets stay out: the SDK has its own, and the wire form here is abridged."""
    struct = struct_pb2.Struct()
    struct.update(
        {
            name: {SIGNATURE: SECRET, "value": _encoded(value)} if name in secrets else _encoded(value)
            for name, value in values.items()
            if not is_asset(value)
        }
    )
    return struct


def encode_whole(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Properties as a struct with assets and all, as the real engine keeps them."""
    struct = struct_pb2.Struct()
    struct.update({name: _encoded(value) for name, value in values.items()})
    return struct


def abridged(value: Any) -> Any:
    """A value for the state: of an asset or archive only its hash is kept."""
    if is_asset(value):
        return {SIGNATURE: value[SIGNATURE], "hash": value.get("hash", "")}
    if isinstance(value, Mapping):
        return {key: abridged(item) for key, item in value.items()}
    return [abridged(item) for item in value] if isinstance(value, list) else value


def _decoded(value: struct_pb2.Value, secret: list[bool]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decoded_struct(value.struct_value, secret)
    if kind == "list_value":
        return [_decoded(item, secret) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_ON_THE_WIRE else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _decoded_struct(struct: struct_pb2.Struct, secret: list[bool]) -> Any:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET:
        secret.append(True)
        return _decoded(struct.fields["value"], secret)
    members = {name: _decoded(item, secret) for name, item in struct.fields.items()}
    if signature not in ("", ASSET, ARCHIVE):
        raise ValueError(f"a value of kind {signature} cannot be an input on the embedded engine")
    return {name: item for name, item in members.items() if item is not None}


def _encoded(value: Any) -> Any:
    if is_unknown(value):
        return UNKNOWN_ON_THE_WIRE
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return [_encoded(item) for item in value] if isinstance(value, list) else value
