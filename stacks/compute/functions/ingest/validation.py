"""Validate transactions; messages list all problems by field and never repeat a value.

Besides the schema: the currency's decimals, the time window, valid IP addresses.
"""

import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.requests.body import Body
from shared.requests.checking import SchemaChecker
from shared.runtime.money import decimals_of, fits_currency
from shared.runtime.responses import FieldProblem
from shared.runtime.schema import transaction_schema


class TransactionValidator:
    """Validates bodies against the schema and further rules.

    Args:
        accepted_age: Maximum age of a transaction.
        accepted_future: Maximum time in the future.

    Attributes:
        too_old: The problem of a transaction over the maximum age.
    """

    def __init__(self, accepted_age: timedelta, accepted_future: timedelta) -> None:
        self._accepted_age = accepted_age
        self._accepted_future = accepted_future
        self.too_old = FieldProblem("timestamp", f"must not be more than {_words(accepted_age)} in the past")
        self._checker = SchemaChecker(transaction_schema(), "a transaction")

    def problems(self, body: Body, now_milliseconds: int) -> list[FieldProblem]:
        """Return the problems of a body, at most one per field, in the schema's order."""
        found = self._checker.problems(body)
        good = {name: value for name, value in body.values.items() if name not in found}
        found |= dict(self._further_problems(good, now_milliseconds))
        return self._checker.listed(found)

    def _further_problems(self, good: Mapping[str, Any], now_milliseconds: int) -> Iterator[tuple[str, str]]:
        """Yield problems beyond the schema, of the fields that satisfy it."""
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
            yield "ip_address", self._checker.described("ip_address")


def _is_ip_address(text: str) -> bool:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        socket.inet_pton(family, text)
    except OSError:
        return False
    return True


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"{hours} hours" if hours and not rest else f"{seconds} seconds"
