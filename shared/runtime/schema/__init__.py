"""The one JSON schema of a transaction: the gateway's request model and the ingest function's validation.

API Gateway reads JSON schema draft-04, so the file keeps to that and to the keywords that it honours
(not exclusiveMinimum, oneOf, anyOf, format).
"""

import json
from pathlib import Path
from typing import Any

TRANSACTION_SCHEMA_PATH = Path(__file__).with_name("transaction.schema.json")


def transaction_schema() -> dict[str, Any]:
    """Return the schema as plain data; each call gives a fresh copy."""
    schema: dict[str, Any] = json.loads(TRANSACTION_SCHEMA_PATH.read_text(encoding="utf-8"))
    return schema
