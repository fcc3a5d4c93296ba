"""Convert responses to the provider protocol: structs, differences, errors."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import struct_pb2  # type: ignore[import-untyped]
from google.rpc import status_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2

from emulator.provider.detail import Kind
from emulator.provider.errors import PartialCreateError, ProviderError
from emulator.provider.provider import Diff
from emulator.provider.resource import CheckFailure
from tools.local.engine.wire import decode, encode_whole

INCOMPLETE = "__incomplete"
"""Output that marks an incomplete resource, which must be replaced."""


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return properties as plain values."""
    return decode(struct)[0]


def type_of(urn: str) -> str:
    """Return the resource type in a URN, which parents' types precede."""
    return urn.split("::")[2].rpartition("$")[2]


def failures(faults: Iterable[CheckFailure]) -> list[Any]:
    """Return the failures of a check."""
    return [provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in faults]


def difference(diff: Diff) -> Any:
    """Return a diff in the protocol's detailed and simple (top-level) forms."""
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if diff.changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=_top_level(diff.changed),
        replaces=_top_level(diff.replaces),
        deleteBeforeReplace=diff.delete_before_replace,
        hasDetailedDiff=bool(diff.details),
        detailedDiff={path: _property_diff(diff, path, kind) for path, kind in diff.details.items()},
    )


@contextmanager
def refusals(context: Any, inputs: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Abort the call with the provider's error message.

    `inputs` are those of a creation, for the report of an incomplete resource with its id.
    """
    try:
        yield
    except PartialCreateError as error:
        unfinished = encode_whole({**(inputs or {}), INCOMPLETE: True})
        details = provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id, properties=unfinished, reasons=[str(error)]
        )
        _abort(context, str(error), details)
    except ProviderError as error:
        _abort(context, str(error))


def _abort(context: Any, text: str, *details: Any) -> None:
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=text)
    for each in details:
        status.details.add().Pack(each)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, text)


def _property_diff(diff: Diff, path: str, kind: Kind) -> Any:
    name = f"{kind.upper()}_REPLACE" if diff.needs_replacement(path) else kind.upper()
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(name), inputDiff=True)


def _top_level(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(path.partition(".")[0] for path in paths))
