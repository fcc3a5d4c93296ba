"""Convert stored transactions for scoring. Pure."""

from decimal import Decimal
from typing import Any

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.detector.scoring import Transaction


def scored_transaction(stored: StoredTransaction) -> Transaction:
    """Return a stored transaction's fields as the floats and strings that are scored."""
    return Transaction(**{name: _scored(getattr(stored, name)) for name in Transaction._fields})


def _scored(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
