"""The JSON schemas of what the API takes: the gateway's request models and the functions' own validation.

API Gateway reads JSON schema draft-04, so the files keep to that and to the keywords that it honours
(not exclusiveMinimum, oneOf, anyOf, format). Descriptions complete the sentence "must be ...".
"""

import json
from pathlib import Path
from typing import Any, Final

MAXIMUM_BATCH: Final = 25
"""Transactions in one request. 25 of the greatest length fit into a body (shared/requests/body.py)."""

_TRANSACTION: Final = Path(__file__).with_name("transaction.schema.json")
_VERDICT: Final = Path(__file__).with_name("verdict.schema.json")
_CONTROLS: Final = Path(__file__).with_name("controls.schema.json")
_RULES: Final = Path(__file__).with_name("rules.schema.json")
_APPROVAL: Final = Path(__file__).with_name("approval.schema.json")


def transaction_schema() -> dict[str, Any]:
    """Return the schema of a transaction as plain data; each call gives a fresh copy."""
    return _schema(_TRANSACTION)


def transactions_schema() -> dict[str, Any]:
    """Return the schema of what may be posted: one transaction, or an array of them.

    Of an array's elements it asks only that they are objects. The function checks each by the schema of a
    transaction; where the gateway did so, one bad transaction would refuse the whole array. draft-04 applies
    the keywords of objects to objects and those of arrays to arrays, so no oneOf is needed.
    """
    one = transaction_schema()
    return {
        **one,
        "title": "Transactions",
        "type": [one["type"], "array"],
        "minItems": 1,
        "maxItems": MAXIMUM_BATCH,
        "items": {"type": "object"},
    }


def verdict_schema() -> dict[str, Any]:
    """Return the schema of a verdict as plain data; each call gives a fresh copy."""
    return _schema(_VERDICT)


def controls_schema() -> dict[str, Any]:
    """Return the schema of a change of lists and snoozes as plain data; each call gives a fresh copy."""
    properties = transaction_schema()["properties"]
    return _decided(_CONTROLS, {name: properties[name] for name in ("account_id", "merchant_id")})


def rules_schema() -> dict[str, Any]:
    """Return the schema of a publication of rules as plain data; each call gives a fresh copy."""
    return _decided(_RULES, {})


def approval_schema() -> dict[str, Any]:
    """Return the schema of an approval as plain data; each call gives a fresh copy."""
    return _decided(_APPROVAL, {})


def _decided(path: Path, about: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it is about, as transactions have it, and with who decides, as verdicts have it."""
    schema, verdict = _schema(path), verdict_schema()["properties"]
    who = {name: verdict[name] for name in ("decided_by", "note")}
    return {**schema, "properties": {**about, **schema["properties"], **who}}


def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
