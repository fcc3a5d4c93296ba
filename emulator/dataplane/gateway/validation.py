"""Validate request bodies against a method's model.

Messages name the field and the violated rule, never the value, so that card data cannot reach a log. (API
Gateway's own messages do repeat values.)
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NoReturn

from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError

from emulator.dataplane.gateway.errors import GatewayError

_DEFAULT_TYPE = "application/json"
_SAFE_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


def validate_body(body: bytes, content_type: str, schemas: Mapping[str, str]) -> None:
    """Validate a body against the schema for its content type; as on AWS, others are not validated.

    Raises:
        GatewayError: The body is invalid; lists every problem.
    """
    schema = schemas.get((content_type or _DEFAULT_TYPE).split(";")[0].strip().lower())
    if schema is None:
        return
    problems = list(find_problems(body, schema))
    if problems:
        raise GatewayError("BAD_REQUEST_BODY", "Invalid request body", validation=f"[{', '.join(problems)}]")


def find_problems(body: bytes, schema: str) -> Iterator[str]:
    """Yield the violations of a draft-04 JSON schema as ``field: reason``, in a stable order."""
    try:
        content = json.loads(body or b"null", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        yield "body: is not valid JSON"
        return
    problems = {text for error in _validator(schema).iter_errors(content) for text in _describe(error)}
    yield from sorted(problems)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft4Validator:
    return Draft4Validator(json.loads(schema))


def _describe(error: ValidationError) -> Iterator[str]:
    place = ".".join(_safe(str(part)) for part in error.absolute_path)
    rule = str(error.validator)
    limit: Any = error.validator_value
    if rule == "required":
        yield from (
            f"{_join(place, name)}: is required" for name in limit if name not in _as_object(error.instance)
        )
    elif rule == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        yield from (
            f"{_join(place, _safe(name))}: is not a known field"
            for name in _as_object(error.instance)
            if name not in known
        )
    elif rule == "dependencies":
        yield from _missing_companions(error, place)
    else:
        yield f"{place or 'body'}: {_reason(rule, limit)}"


def _missing_companions(error: ValidationError, place: str) -> Iterator[str]:
    present = _as_object(error.instance)
    rules: Any = error.validator_value
    for name, companions in rules.items():
        if name in present and isinstance(companions, list):
            yield from (
                f"{_join(place, companion)}: is required together with {name}"
                for companion in companions
                if companion not in present
            )


_REASONS = {
    "enum": "is not one of the allowed values",
    "type": "must be of type {limit}",
    "pattern": "does not match {limit}",
    "minimum": "is below the minimum {limit}",
    "maximum": "is above the maximum {limit}",
    "minLength": "is shorter than {limit} characters",
    "maxLength": "is longer than {limit} characters",
    "multipleOf": "is not a multiple of {limit}",
    "format": "is not a valid {limit}",
}


def _reason(rule: str, limit: object) -> str:
    text = " or ".join(str(each) for each in limit) if isinstance(limit, list) else str(limit)
    return _REASONS.get(rule, "breaks the rule {rule}").format(limit=text, rule=rule)


def _as_object(instance: object) -> Mapping[str, Any]:
    return instance if isinstance(instance, dict) else {}


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _safe(name: str) -> str:
    """Return a field's name as sent, if it is plausible as a name."""
    return name if _SAFE_NAME.fullmatch(name) else "a field with an unusual name"
