"""The JSON schemas of what the API takes: the gateway's request models and the functions' own validation.

API Gateway reads JSON schema draft-04, so the files keep to that and to the keywords that it honours
(not exclusiveMinimum, oneOf, anyOf, format). Descriptions complete the sentence "must be ...".
"""

import json
from pathlib import Path
from typing import Any

TRANSACTION_SCHEMA_PATH = Path(__file__).with_name("transaction.schema.json")
VERDICT_SCHEMA_PATH = Path(__file__).with_name("verdict.schema.json")


def transaction_schema() -> dict[str, Any]:
    """Return the schema of a transaction as plain data; each call gives a fresh copy."""
    return _schema(TRANSACTION_SCHEMA_PATH)


def verdict_schema() -> dict[str, Any]:
    """Return the schema of a verdict as plain data; each call gives a fresh copy."""
    return _schema(VERDICT_SCHEMA_PATH)


def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
