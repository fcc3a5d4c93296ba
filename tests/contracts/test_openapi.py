"""The OpenAPI document is what the programs deploy, whole, and a document that others can read."""

import json
from typing import Any

import schemathesis

from shared.runtime.schema import MAXIMUM_BATCH, transaction_schema, verdict_schema
from tests.support.harness import ROOT, estate
from tools.audit import openapi

DOCUMENT = ROOT / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return loaded


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text("utf-8") == openapi.text(), "write it anew: make openapi"


def test_every_method_of_the_api_is_described() -> None:
    operations = {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    deployed = len(estate("dev").of_type("apigateway/method:Method"))
    assert len(operations) == deployed >= 2
    assert operations.keys() == openapi.DESCRIBED.keys(), "describe it in tools/audit/openapi.py"
    assert all("2" in {status[0] for status in each["responses"]} for each in operations.values())


def test_bodies_are_those_of_the_one_schema() -> None:
    schemas = document()["components"]["schemas"]
    for name, schema in (("Transaction", transaction_schema()), ("Verdict", verdict_schema())):
        assert schemas[name]["properties"] == schema["properties"]
        assert schemas[name]["required"] == schema["required"]
        assert schemas[name]["additionalProperties"] is False
    assert schemas["Transaction"]["dependentRequired"] == transaction_schema()["dependencies"]
    posted = document()["paths"]["/transactions"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    one, several = posted["oneOf"]
    assert one == several["items"] == {"$ref": "#/components/schemas/Transaction"}
    assert (several["minItems"], several["maxItems"]) == (1, MAXIMUM_BATCH)


def test_others_can_read_it() -> None:
    loaded = schemathesis.openapi.from_dict(document())
    for method, path in openapi.DESCRIBED:
        assert loaded[path][method].label == f"{method} {path}"
