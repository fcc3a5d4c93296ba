"""The JSON schemas of request bodies, for API Gateway's models and the functions' validation.

API Gateway supports JSON schema draft-04, so the files use only its keywords that API Gateway honours
(not exclusiveMinimum, oneOf, anyOf, format). Descriptions complete the sentence "must be ...".
"""

import json
from pathlib import Path
from typing import Any, Final

MAXIMUM_BATCH: Final = 25
"""Maximum number of transactions per request; they fit in a body (shared/requests/body.py) at any length."""

_TRANSACTION: Final = Path(__file__).with_name("transaction.schema.json")
_VERDICT: Final = Path(__file__).with_name("verdict.schema.json")
_CONTROLS: Final = Path(__file__).with_name("controls.schema.json")
_RULES: Final = Path(__file__).with_name("rules.schema.json")
_APPROVAL: Final = Path(__file__).with_name("approval.schema.json")


def transaction_schema() -> dict[str, Any]:
    """Return a copy of the schema of a transaction."""
    return _schema(_TRANSACTION)


def transactions_schema() -> dict[str, Any]:
    """Return the schema of a POST body: a transaction, or an array of transactions.

    Array elements need only be objects. The function validates each one: if the gateway did, one invalid
    transaction would refuse the whole array. draft-04 applies object keywords to objects and array keywords
    to arrays, so no oneOf is needed.
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
    """Return a copy of the schema of a verdict."""
    return _schema(_VERDICT)


def controls_schema() -> dict[str, Any]:
    """Return a copy of the schema of a change of lists and snoozes."""
    properties = transaction_schema()["properties"]
    return _decided(_CONTROLS, {name: properties[name] for name in ("account_id", "merchant_id")})


def rules_schema() -> dict[str, Any]:
    """Return a copy of the schema of a publication of rules."""
    return _decided(_RULES, {})


def approval_schema() -> dict[str, Any]:
    """Return a copy of the schema of an approval."""
    return _decided(_APPROVAL, {})


def _decided(path: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Return a schema extended by properties of transactions and, for the decider, of verdicts."""
    schema, verdict = _schema(path), verdict_schema()["properties"]
    who = {name: verdict[name] for name in ("decided_by", "note")}
    return {**schema, "properties": {**about, **schema["properties"], **who}}


def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
