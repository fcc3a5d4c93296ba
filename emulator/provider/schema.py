"""Read resource schemas from the type annotations of the Pulumi packages.

The SDK does not check dicts given instead of Args classes; this module finds misspelt keys at any depth.
pulumi_aws is imported lazily, because only engines that check inputs need it.
"""

import difflib
import functools
import importlib
import inspect
import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import UnionType
from typing import Any, Literal

from emulator.provider.errors import UnknownTypeError
from emulator.provider.values import is_asset, is_unknown

Kind = Literal["string", "integer", "number", "boolean", "list", "map", "object", "asset", "any"]


@dataclass(frozen=True, eq=False)
class Field:
    """Type of a property; `fields` and `required` are for objects, `element` for lists and maps."""

    kind: Kind
    element: "Field | None" = None
    fields: Mapping[str, "Field"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Schema:
    """Inputs and outputs of a resource type; outputs map names to kinds, or to None if optional."""

    inputs: Field
    outputs: Mapping[str, Kind | None]

    def unset_outputs(self) -> dict[str, Any]:
        """Zero values of the required outputs."""
        return {name: _zero(kind) for name, kind in self.outputs.items() if kind}


@functools.cache
def schema_of(token: str) -> Schema:
    """Return the schema of a resource type such as `aws:sqs/queue:Queue`.

    Raises:
        UnknownTypeError: The Pulumi packages do not define the type.
    """
    package, module, name = token.split(":")
    if package == "pulumi" and module == "providers":
        owner = importlib.import_module(f"pulumi_{name}.provider")
        name = "Provider"
    else:
        owner = _module(package, module, token)
    try:
        resource, arguments = getattr(owner, name), getattr(owner, f"{name}Args")
    except AttributeError as error:
        raise UnknownTypeError(f"{owner.__name__} declares no {name}") from error
    return Schema(_object(arguments), dict(_outputs(resource, owner)))


def violations(declared: Field, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield schema violations as property path and reason; unknown values pass."""
    if is_unknown(value) or declared.kind == "any":
        return
    if declared.kind == "object":
        yield from _object_violations(declared, value, path)
    elif declared.kind in ("list", "map") and declared.element:
        yield from _container_violations(declared, declared.element, value, path)
    elif not _is_scalar_of(declared.kind, value):
        yield path, f"expected {_article(declared.kind)}, got {_described(value)}"


@functools.cache
def maps_of(declared: Field, path: str = "") -> frozenset[str]:
    """Yield the paths of all maps with arbitrary keys, such as `tags` and `environment.variables`."""
    inner = [(f"{path}.{name}" if path else name, each) for name, each in declared.fields.items()]
    own = {path} if declared.kind == "map" else set()
    if declared.kind == "list" and declared.element:
        inner.append((path, declared.element))
    return frozenset(own.union(*(maps_of(each, name) for name, each in inner)))


def coerced(declared: Field, value: Any) -> Any:
    """Return the value with scalars converted to the declared type, as Pulumi's bridge does ("5" to 5)."""
    if is_unknown(value) or value is None:
        return value
    if declared.kind == "object" and isinstance(value, Mapping):
        return {k: coerced(declared.fields[k], v) if k in declared.fields else v for k, v in value.items()}
    if declared.kind == "map" and isinstance(value, Mapping) and declared.element:
        return {key: coerced(declared.element, item) for key, item in value.items()}
    if declared.kind == "list" and isinstance(value, list) and declared.element:
        return [coerced(declared.element, item) for item in value]
    return _coerced_scalar(declared.kind, value)


def _coerced_scalar(kind: Kind, value: Any) -> Any:
    if kind == "string" and isinstance(value, bool):
        return json.dumps(value)
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    if kind in ("integer", "number") and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _object_violations(declared: Field, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping) or is_asset(value):
        yield path, f"expected an object, got {_described(value)}"
        return
    prefix = f"{path}." if path else ""
    for name in sorted(declared.required - value.keys()):
        yield f"{prefix}{name}", "is required"
    for name, item in value.items():
        if name in declared.fields:
            yield from violations(declared.fields[name], item, f"{prefix}{name}")
        elif not (path == "" and name.startswith("__")):
            near = difflib.get_close_matches(name, declared.fields, 1)
            yield (
                f"{prefix}{name}",
                "is not a known property" + (f": did you mean {near[0]}?" if near else ""),
            )


def _container_violations(
    declared: Field, element: Field, value: Any, path: str
) -> Iterator[tuple[str, str]]:
    if declared.kind == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from violations(element, item, f"{path}[{index}]")
    elif declared.kind == "map" and isinstance(value, Mapping):
        for key, item in value.items():
            yield from violations(element, item, f"{path}.{key}")
    else:
        yield path, f"expected a {declared.kind}, got {_described(value)}"


def _is_scalar_of(kind: Kind, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "asset":
        return is_asset(value)
    if isinstance(value, bool):
        return False
    expected: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
    return isinstance(value, expected[kind])


def _article(kind: Kind) -> str:
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def _described(value: Any) -> str:
    if is_asset(value):
        return "an asset"
    if isinstance(value, Mapping):
        return "an object"
    return f"{type(value).__name__} {value!r}" if not isinstance(value, list) else "a list"


def _module(package: str, module: str, token: str) -> Any:
    folder, _, leaf = module.partition("/")
    folder = {"lambda": "lambda_"}.get(folder, folder)
    parts = [f"pulumi_{package}", *([] if folder == "index" else [folder]), _snake(leaf)]
    try:
        # Load the lazy package first: importing only a submodule leaves it incomplete.
        hasattr(importlib.import_module(".".join(parts[:-1])), parts[-1])
        return importlib.import_module(".".join(parts))
    except ModuleNotFoundError as error:
        raise UnknownTypeError(f"{token}: the Python package has no module {'.'.join(parts)}") from error


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", name)


@functools.cache
def _object(arguments: Any) -> Field:
    """Return the field of an Args class."""
    from pulumi import _types  # noqa: PLC0415 - see the module's text

    names = _types.input_type_py_to_pulumi_names(arguments)
    types = _types.input_type_types(arguments)
    parameters = inspect.signature(arguments.__init__).parameters
    required = {
        names[python_name]
        for python_name, parameter in parameters.items()
        if python_name in names and parameter.default is inspect.Parameter.empty
    }
    return Field("object", None, {name: _field(types[name]) for name in names.values()}, frozenset(required))


def _field(declared: Any) -> Field:  # noqa: PLR0911 - one line for each form a type can take
    import pulumi  # noqa: PLC0415 - see the module's text

    scalars: dict[Any, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "any"}
    if declared in scalars:
        return Field(scalars[declared])
    origin = typing.get_origin(declared)
    if origin in (typing.Union, UnionType):
        return _field_of_union(typing.get_args(declared))
    if origin is not None and issubclass(origin, Mapping):
        return Field("map", _field(typing.get_args(declared)[1]))
    if origin is not None and issubclass(origin, Sequence):
        return Field("list", _field(typing.get_args(declared)[0]))
    if inspect.isclass(declared) and issubclass(declared, pulumi.Asset | pulumi.Archive):
        return Field("asset")
    if inspect.isclass(declared) and issubclass(declared, Enum):
        return Field("string")
    if _is_arguments(declared):
        return _object(declared)
    return Field("any")


def _is_arguments(declared: Any) -> bool:
    from pulumi import _types  # noqa: PLC0415 - see the module's text

    return inspect.isclass(declared) and _types.is_input_type(declared)


def _field_of_union(members: tuple[Any, ...]) -> Field:
    """Return the field of Input[T], a union of T (an Args class or its TypedDict), awaitables and outputs."""
    from pulumi import Output  # noqa: PLC0415 - see the module's text

    values = [m for m in members if m is not type(None) and typing.get_origin(m) is None and m is not Output]
    if str in values:
        return Field("string")
    for member in values:
        if _is_arguments(member):
            return _object(member)
    containers = [m for m in members if typing.get_origin(m) in (list, typing.get_origin(Sequence[str]))]
    containers += [m for m in members if typing.get_origin(m) is typing.get_origin(Mapping[str, str])]
    if containers:
        return _field(containers[0])
    scalars = [member for member in values if not typing.is_typeddict(member)]
    return _field(scalars[0]) if scalars else Field("any")


def _zero(kind: Kind) -> Any:
    zeros: dict[Kind, Any] = {"boolean": False, "integer": 0, "number": 0, "list": [], "string": ""}
    return zeros.get(kind, {})


def _outputs(resource: type, owner: Any) -> Iterator[tuple[str, Kind | None]]:
    from pulumi import _types  # noqa: PLC0415 - see the module's text

    for _, name, getter in _types._py_properties(resource):  # noqa: SLF001 - the SDK's one list of outputs
        if name in ("id", "urn"):
            continue
        annotation = getter.fget.__annotations__["return"]
        annotation = eval(annotation, vars(owner)) if isinstance(annotation, str) else annotation  # noqa: S307
        declared = typing.get_args(annotation)[0]
        yield name, None if type(None) in typing.get_args(declared) else _output_kind(declared)


def _output_kind(declared: Any) -> Kind:
    """Return the kind of an output, whose object classes `_field` does not handle."""
    kind = _field(declared).kind
    return "object" if kind == "any" and inspect.isclass(declared) else kind
