"""DynamoDB: scan tables page by page without sorting.

For each page, moto 5.2.5 sorts the whole table in Python, iterates over all earlier items, and copies each
item attribute by attribute, so that the duration grows with the square of the number of items.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table

from emulator.cloud.replacing import replaces

_NO_SEGMENTS = (None, None)
_original = Table.scan

Page = tuple[list[Item], int, dict[str, Any] | None]


@replaces(Table, "scan")
def _scan(  # noqa: PLR0913, PLR0917 - moto's own parameters
    self: Table,
    filters: dict[str, Any],
    limit: int,
    exclusive_start_key: dict[str, Any],
    filter_expression: Any = None,
    index_name: str | None = None,
    consistent_read: bool = False,
    projection_expression: list[list[str]] | None = None,
    segments: tuple[None, None] | tuple[int, int] = _NO_SEGMENTS,
) -> Page:
    """Return a page of a table. The caller must hold moto's lock, since items are not copied."""
    if index_name or filters or segments != _NO_SEGMENTS:
        rest = (filter_expression, index_name, consistent_read, projection_expression, segments)
        return _original(self, filters, limit, exclusive_start_key, *rest)
    key = [DynamoType(exclusive_start_key[each]) for each in _names(self)] if exclusive_start_key else None
    found, more = page(_after(self, key), limit)
    last = self._get_last_evaluated_key(found[-1], None) if more else None
    passed = [item for item in found if filter_expression is None or filter_expression.expr(item)]
    shown = [item.project(projection_expression) for item in passed] if projection_expression else passed
    return shown, len(found), last


def page(items: Iterable[Item], limit: int) -> tuple[list[Item], bool]:
    """Return the items of a page, and whether more follow."""
    found: list[Item] = []
    size = 0
    for item in items:
        size += item.size()
        if len(found) == limit or (found and size > RESULT_SIZE_LIMIT):
            return found, True
        found.append(item)
    return found, False


def _names(table: Table) -> list[str]:
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def _after(table: Table, key: list[DynamoType] | None) -> Iterator[Item]:
    """Yield a table's items in key order, starting after a key."""
    held = sorted(table.items.items(), key=lambda pair: pair[0].value)
    start = bisect_left(held, key[0].value, key=lambda pair: pair[0].value) if key else 0
    for hash_key, of in islice(held, start, None):
        items: list[Any] = [of]
        if table.range_key_attr:
            items = sorted(of.values(), key=attrgetter("range_key"))
        for item in items:
            if not key or hash_key != key[0] or (len(key) == 2 and item.range_key > key[1]):
                yield item


@replaces(Table, "all_items")
def _all_items(self: Table) -> list[Item]:
    """Return a table's items unsorted; queries sort their matches."""
    if not self.range_key_attr:
        return list(self.items.values())  # type: ignore[arg-type]  # moto's type is that of the other tables
    return [item for of in self.items.values() for item in of.values()]
