"""Complete and check a program's inputs as the real provider does."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.provider.assets import hashed
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource
from emulator.provider.schema import Schema, coerced, violations
from emulator.provider.values import is_unknown

DEFAULTED = "__defaults"
"""Key of the names of defaulted inputs, as in the real provider's inputs."""
PRIVATE = frozenset({DEFAULTED})
"""Keys of inputs that are metadata."""


def checked(  # noqa: PLR0913, PLR0917 - one call, from the provider
    cloud: Cloud,
    resource: Resource,
    schema: Schema,
    default_tags: Mapping[str, str],
    urn: str,
    olds: Properties,
    news: Properties,
) -> tuple[dict[str, Any], list[CheckFailure]]:
    """Return inputs with hashes, defaults, automatic name and default tags, and their check failures."""
    inputs = hashed(coerced(schema.inputs, {k: v for k, v in news.items() if v is not None}))
    failures = [CheckFailure(*each) for each in violations(schema.inputs, inputs)]
    failures += _not_modelled(resource, schema, inputs)
    failures += _wrong_region(cloud, inputs.pop("region", None))
    inputs = _with_defaults(resource, urn, olds, inputs)
    if "tags" in schema.inputs.fields:
        inputs = _with_tags(default_tags, inputs)
    return inputs, failures or list(resource.check(inputs))


def keeps_name(resource: Resource, old: Properties, new: Properties) -> bool:
    """Return whether old and new have the same explicit name, so that they cannot exist together."""
    name = resource.auto_name
    return name is not None and name not in new.get(DEFAULTED, ()) and old.get(name) == new.get(name)


def _not_modelled(resource: Resource, schema: Schema, inputs: Properties) -> Iterator[CheckFailure]:
    for name in sorted(inputs.keys() & schema.inputs.fields.keys() - resource.modelled - {"region", "tags"}):
        yield CheckFailure(name, "is a property that the embedded AWS does not model")


def _wrong_region(cloud: Cloud, region: Any) -> Iterator[CheckFailure]:
    if region not in (None, cloud.region) and not is_unknown(region):
        yield CheckFailure("region", f"the embedded AWS is {cloud.region}, not {region}")


def _with_defaults(resource: Resource, urn: str, olds: Properties, inputs: dict[str, Any]) -> dict[str, Any]:
    filled = {name: value for name, value in resource.defaults.items() if name not in inputs}
    name = resource.auto_name
    if name and name not in inputs and f"{name}Prefix" not in inputs:
        kept = olds.get(name) if name in olds.get(DEFAULTED, ()) else None
        filled[name] = (
            kept or f"{resource.auto_name_start}{urn.rsplit('::', 1)[-1]}-{secrets.token_hex(4)[:7]}"
        )
    return {**inputs, **filled, DEFAULTED: sorted(filled)}


def _with_tags(default_tags: Mapping[str, str], inputs: dict[str, Any]) -> dict[str, Any]:
    """Merge default tags with the resource's tags, which take precedence."""
    own = inputs.get("tags")
    if is_unknown(own):
        return inputs
    merged = {**default_tags, **(own or {})}
    return {**inputs, "tags": merged} if merged else inputs
