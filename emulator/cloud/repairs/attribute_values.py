"""DynamoDB's answers: attribute values are put into JSON directly.

moto 5.2.5 asks for each of the ten members that an attribute value may have, under every name that an object
could have for it. In wire form it has one member. On a pipeline under load that was more than half of the
emulator's time.
"""

import base64
from typing import Any

from moto.core.serialize import BaseJSONSerializer

_SHAPE = "AttributeValue"

_original = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - a repair reaches inside moto


def _serialize(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == _SHAPE and key and isinstance(value, dict):
        serialized[key] = _in_json(value)
    else:
        _original(self, serialized, value, shape, key)


def _in_json(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    match kind:
        case "B":
            return {kind: _text(content)}
        case "BS":
            return {kind: [_text(each) for each in content]}
        case "L":
            return {kind: [_in_json(each) for each in content]}
        case "M":
            return {kind: {name: _in_json(each) for name, each in content.items()}}
    return value


def _text(content: bytes | str) -> str:
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def apply() -> None:
    """Replace how an attribute value gets into an answer."""
    BaseJSONSerializer._serialize_type_structure = _serialize  # type: ignore[method-assign]  # noqa: SLF001
