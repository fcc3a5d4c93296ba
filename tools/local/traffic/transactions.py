"""A transaction as a payment service would POST it, with what the demo alone knows about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

FieldValue = str | int | bool | Decimal
GENUINE = "genuine"
GENERATOR = "generator"


@dataclass(frozen=True)
class LabelledTransaction:
    """One transaction and its label.

    Attributes:
        fields: The body's fields by name; numbers are ``Decimal``, the timestamp epoch milliseconds.
        is_fraud: The truth, or None where the source has no labels.
        scenario: The kind of fraud, ``genuine``, or what the source's column says.
        origin: Where it came from, for messages: ``line 17 of payments.csv`` or ``generator``.
    """

    fields: Mapping[str, FieldValue]
    is_fraud: bool | None = None
    scenario: str = ""
    origin: str = GENERATOR

    @property
    def transaction_id(self) -> str:
        """The id that the mail, the table and every log line name."""
        return str(self.fields["transaction_id"])

    @property
    def timestamp(self) -> int:
        """Epoch milliseconds."""
        return int(self.fields["timestamp"])

    def body(self) -> bytes:
        """Return the JSON body; a decimal keeps its digits."""
        members = (f"{json.dumps(name)}:{_json(value)}" for name, value in self.fields.items())
        return ("{" + ",".join(members) + "}").encode()


def _json(value: FieldValue) -> str:
    # json.dumps would need a float, and money is never one; a finite Decimal's digits are a JSON number.
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


def shifted_to_end_at(
    transactions: Sequence[LabelledTransaction], end_milliseconds: int
) -> list[LabelledTransaction]:
    """Return the transactions in time order, moved as one so that the last is at ``end_milliseconds``."""
    if not transactions:
        return []
    ordered = sorted(transactions, key=lambda transaction: transaction.timestamp)
    offset = end_milliseconds - ordered[-1].timestamp
    return [
        replace(transaction, fields={**transaction.fields, "timestamp": transaction.timestamp + offset})
        for transaction in ordered
    ]
