"""A field of a transaction stands in the schema and in each of two types, and nowhere else."""

from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from shared.runtime.events import StoredTransaction, stored_transaction
from shared.runtime.schema import transaction_schema
from stacks.compute.functions.detector.scoring import Transaction
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.unit.functions.builders import bus_event, stored

SHAPE = {each.name: each.type for each in dataclass_fields(StoredTransaction)}
EXAMPLES: dict[Any, Any] = {str | None: "DE", Decimal | None: Decimal("52.52"), bool | None: False}
OPTIONAL = {name: EXAMPLES[kind] for name, kind in SHAPE.items() if kind in EXAMPLES}
OPTIONAL["ip_address"] = "192.0.2.7"


def test_the_rules_see_every_field_that_they_have() -> None:
    full = stored(**OPTIONAL)
    seen = scored_transaction(full)._asdict()
    assert None not in seen.values()
    numbers = {name: float(getattr(full, name)) for name in ("amount", "latitude", "longitude")}
    assert seen == {**{name: getattr(full, name) for name in seen}, **numbers}


def test_an_optional_field_costs_the_schema_and_a_line_in_each_of_two_types() -> None:
    """Reading, storing and the way to the scorer follow from those: a further field needs nothing else."""
    schema = transaction_schema()["properties"]
    assert schema.keys() == SHAPE.keys() - {"received_at", "trace_header"}
    assert set(Transaction._fields) == schema.keys()
    texts = [name for name, kind in SHAPE.items() if kind == str | None]
    assert "channel" in texts
    assert "ip_address" in texts
    for name in texts:
        given = OPTIONAL[name]
        read = stored_transaction(bus_event(**{name: given}))
        assert getattr(read, name) == getattr(scored_transaction(read), name) == given
