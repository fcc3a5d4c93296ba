"""Every fault of a transaction at once, by field, in words that never repeat a value.

The schema decides about each field by itself; its descriptions complete the sentence "must be ...". What a
schema cannot say follows: the currency's decimals, the time window, a real IP address.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

import fastjsonschema

from shared.runtime.money import decimals_of, fits_currency
from shared.runtime.responses import FieldProblem
from shared.runtime.schema import transaction_schema
from stacks.compute.functions.ingest.body import Body

_MAXIMUM_UNKNOWN_FIELDS: Final = 20
_MAXIMUM_NAME_LENGTH: Final = 64


class TransactionValidator:
    """Checks bodies against the schema and the rules beyond it.

    The whole schema is compiled once and accepts a good body in microseconds; a single property is compiled
    when a body was refused for the first time and its faults are to be named.

    Args:
        accepted_age: How old a transaction may be.
        accepted_future: How far it may lie in the future.

    Attributes:
        too_old: The problem of a transaction that is older than that.
    """

    def __init__(self, accepted_age: timedelta, accepted_future: timedelta) -> None:
        self._accepted_age = accepted_age
        self._accepted_future = accepted_future
        self.too_old = FieldProblem("timestamp", f"must not be more than {_words(accepted_age)} in the past")
        self._schema = transaction_schema()
        self._fits_schema = _compile(self._schema)
        self._property_fits = cache(self._compile_property)

    def problems(self, body: Body, now_milliseconds: int) -> list[FieldProblem]:
        """Return what is wrong with a body: at most one problem a field, in the schema's order."""
        found = dict.fromkeys(body.repeated, "must be given once")
        if not self._fits_schema(body.values):
            found |= dict(self._schema_problems(body.values))
        good = {name: value for name, value in body.values.items() if name not in found}
        found |= dict(self._further_problems(good, now_milliseconds))
        known = [name for name in self._schema["properties"] if name in found]
        unknown = sorted(found.keys() - known)[:_MAXIMUM_UNKNOWN_FIELDS]
        return [FieldProblem(_printable(name), found[name]) for name in (*known, *unknown)]

    def _schema_problems(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        properties = self._schema["properties"]
        for name in self._schema["required"]:
            if name not in values:
                yield name, "is required"
        for name, needed_names in self._schema["dependencies"].items():
            for needed in needed_names:
                if name in values and needed not in values:
                    yield needed, f"is required where {name} is given"
        for name, definition in properties.items():
            if name in values and not self._property_fits(name)(values[name]):
                yield name, f"must be {definition['description']}"
        for name in values.keys() - properties.keys():
            yield name, "is not a field of a transaction"

    def _further_problems(self, good: Mapping[str, Any], now_milliseconds: int) -> Iterator[tuple[str, str]]:
        """Yield the problems that no schema can name, of the fields that fit the schema."""
        if "timestamp" in good:
            age = timedelta(milliseconds=now_milliseconds - good["timestamp"])
            if age > self._accepted_age:
                yield self.too_old.field, self.too_old.reason
            if -age > self._accepted_future:
                yield "timestamp", f"must not be more than {_words(self._accepted_future)} in the future"
        if (
            "amount" in good
            and "currency" in good
            and not fits_currency(Decimal(good["amount"]), good["currency"])
        ):
            yield "amount", f"must have at most {decimals_of(good['currency'])} decimals in its currency"
        if "ip_address" in good and not _is_ip_address(good["ip_address"]):
            yield "ip_address", f"must be {self._schema['properties']['ip_address']['description']}"

    def _compile_property(self, name: str) -> Callable[[Any], bool]:
        return _compile({"$schema": self._schema["$schema"], **self._schema["properties"][name]})


def _compile(schema: dict[str, Any]) -> Callable[[Any], bool]:
    check = fastjsonschema.compile(schema, use_default=False, use_formats=False, detailed_exceptions=False)

    def fits(value: Any) -> bool:
        try:
            check(value)
        except fastjsonschema.JsonSchemaException:
            return False
        return True

    return fits


def _is_ip_address(text: str) -> bool:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        socket.inet_pton(family, text)
    except OSError:
        return False
    return True


def _printable(name: str) -> str:
    """Return a field's name fit for an answer: short, printable ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in name[:_MAXIMUM_NAME_LENGTH])


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"{hours} hours" if hours and not rest else f"{seconds} seconds"
