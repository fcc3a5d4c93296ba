"""DynamoDB: answer queries from the items of one partition key.

For each query, moto 5.2.5 copies the table's list of items, sorts the matches in Python and only then filters
by range key, and converts the whole item for each projected attribute. Polling for new alerts every three
seconds kept a CPU busy at ten thousand items.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from moto.dynamodb.comparisons import get_comparison_func
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from emulator.cloud.repairs.scans import Page, page
from emulator.cloud.replacing import replaces

_original_query = Table.query
_original_project = Item.project

HashKeys = list[tuple[str, DynamoType]]
RangeKeys = list[tuple[str, str, list[DynamoType]]]


class _Keys(NamedTuple):
    """The key schema of a table or index.

    Attributes:
        hash: Name of the hash key.
        range: Name of the range key; the hash key if there is none.
        order: Names of the attributes that items are sorted by.
    """

    hash: str
    range: str
    order: tuple[str, ...]


@replaces(Table, "query")
def _query(  # noqa: PLR0913, PLR0917 - moto's own parameters
    self: Table,
    hash_key: DynamoType | None,
    range_comparison: str | None,
    range_objs: list[DynamoType],
    limit: int,
    exclusive_start_key: dict[str, Any],
    scan_index_forward: bool,
    projection_expressions: list[list[str]] | None,
    index_name: str | None = None,
    consistent_read: bool = False,
    filter_expression: Any = None,
    hash_key_conditions: HashKeys | None = None,
    range_key_conditions: RangeKeys | None = None,
    **filter_kwargs: Any,
) -> Page:
    """Return a page of a key's items. The caller must hold moto's lock, since items are not copied."""
    keys = _keys(self, index_name, consistent_read)
    compound = len(hash_key_conditions or ()) > 1 or len(range_key_conditions or ()) > 1
    if keys is None or hash_key is None or compound or filter_kwargs:
        rest = (consistent_read, filter_expression, hash_key_conditions, range_key_conditions)
        begin = (hash_key, range_comparison, range_objs, limit, exclusive_start_key, scan_index_forward)
        return _original_query(self, *begin, projection_expressions, index_name, *rest, **filter_kwargs)

    items = _of_key(self, keys, hash_key, bool(index_name))
    if range_comparison:
        matches = _range_test(keys.range, range_comparison, range_objs)
        items = [item for item in items if matches(item)]
    rest_of_them = _ordered(keys, items, exclusive_start_key, scan_index_forward is not False)
    found, more = page(rest_of_them, limit)
    last = self._get_last_evaluated_key(found[-1], index_name) if more else None

    shown = [self.get_index(index_name).project(item) for item in found] if index_name else found
    if filter_expression is not None:
        shown = [item for item in shown if filter_expression.expr(item)]
    if projection_expressions:
        shown = [item.project(projection_expressions) for item in shown]
    return shown, len(found), last


def _keys(table: Table, index_name: str | None, consistent_read: bool) -> _Keys | None:
    """Return the key schema of a query, or None to leave the query to moto."""
    own = tuple(name for name in (table.hash_key_attr, table.range_key_attr) if name)
    if not index_name:
        return _Keys(own[0], own[-1], own)
    index = {each.name: each for each in table.all_indexes()}.get(index_name)
    if index is None or (consistent_read and isinstance(index, GlobalSecondaryIndex)):
        return None
    of_kind = {
        kind: [key["AttributeName"] for key in index.schema if key["KeyType"] == kind]
        for kind in ("HASH", "RANGE")
    }
    if len(of_kind["HASH"]) != 1 or len(of_kind["RANGE"]) != 1:
        return None
    (first,), (second,) = of_kind.values()
    return _Keys(first, second, tuple(dict.fromkeys((first, second, *own))))


def _of_key(table: Table, keys: _Keys, value: DynamoType, of_index: bool) -> list[Item]:
    """Return the items with a hash key; in an index, only those that have its range key."""
    if not of_index:
        held: Any = table.items.get(value)
        if held is None:
            return []
        return list(held.values()) if table.range_key_attr else [held]
    kind, wanted = value.type, value.cast_value
    return [
        item
        for item in table.all_items()
        if (of := item.attrs.get(keys.hash)) is not None
        and of.type == kind
        and of.cast_value == wanted
        and keys.range in item.attrs
    ]


def _range_test(name: str, comparison: str, operands: Iterable[DynamoType]) -> Callable[[Item], bool]:
    compare = get_comparison_func(comparison)
    values = [operand.cast_value for operand in operands]
    return lambda item: bool(compare(item.attrs[name].cast_value, *values))


def _ordered(keys: _Keys, items: list[Item], start: dict[str, Any] | None, forward: bool) -> Iterable[Item]:
    """Return the items in sort order, starting after a key."""

    def place(attributes: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(DynamoType(attributes[name]).cast_value for name in keys.order)

    held = sorted(((place(item.attrs), item) for item in items), key=lambda pair: pair[0])
    if start and forward:
        held = held[bisect_right(held, place(start), key=lambda pair: pair[0]) :]
    elif start:
        held = held[: bisect_left(held, place(start), key=lambda pair: pair[0])]
    return (item for _, item in (held if forward else reversed(held)))


@replaces(Item, "project")
def _project(self: Item, projection_expressions: list[list[str]]) -> Item:
    """Return the projected attributes of an item, as they are stored."""
    names = [path[0] for path in projection_expressions if len(path) == 1 and not path[0].endswith("]")]
    if len(names) < len(projection_expressions):
        return _original_project(self, projection_expressions)
    shown = Item(self.hash_key, self.range_key, {})
    shown.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(shown.attrs, {name: self.attrs[name] for name in names if name in self.attrs})
    return shown
