"""``make openapi``: the API as an OpenAPI document, from what the programs deploy, for who writes clients.

Bodies are the gateway's own request models, errors its own responses; only what the functions answer, which
AWS is told nothing of, is described here. API Gateway reads JSON schema draft-04, OpenAPI 3.1 the draft of
2020-12, so that two keywords are written as the newer draft has them.

Source: OpenAPI Specification 3.1.1, "Schema Object" and "Security Scheme Object".
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared.runtime.schema import MAXIMUM_BATCH
from tools.deploy.program_runner.recorded import Estate, Resource
from tools.deploy.program_runner.recording import estate
from tools.terminal.ending import NOTHING_CHANGED, ended

ENVIRONMENT: Final = "dev"
REGION: Final = "us-east-1"
JSON: Final = "application/json"
Schema = dict[str, Any]

_OF_OBJECTS: Final = frozenset({"additionalProperties", "dependencies", "properties", "required"})
_OF_ARRAYS: Final = frozenset({"items", "maxItems", "minItems"})

_TEXT: Final[Schema] = {"type": "string"}
_INTEGER: Final[Schema] = {"type": "integer"}
_PROBLEMS: Final[Schema] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "reason"],
        "properties": {"field": _TEXT, "reason": _TEXT},
    },
}


def _object(required: str, **optional: Schema) -> Schema:
    """Return the schema of an object with these texts, and these further properties."""
    texts: dict[str, Schema] = dict.fromkeys(required.split(), _TEXT)
    return {"type": "object", "required": required.split(), "properties": {**texts, **optional}}


_STORED: Final = _object("transaction_id status", timestamp=_INTEGER)
SCHEMAS: Final[Mapping[str, Schema]] = {
    "Error": {
        **_object("error message", fields=_PROBLEMS, trace_id=_TEXT, request_id=_TEXT, validation=_TEXT),
        "description": "`error` is for programs, `message` and `fields` for people. `trace_id` comes from "
        "the function, `request_id` from the gateway if it refused the request.",
    },
    "Stored": _object("transaction_id status trace_id", timestamp=_INTEGER),
    "Results": {
        **_object("trace_id"),
        "properties": {
            "trace_id": _TEXT,
            "results": {
                "type": "array",
                "description": "One for each transaction, in order.",
                "items": {
                    "type": "object",
                    "required": ["status_code"],
                    "properties": {
                        "status_code": _INTEGER,
                        **_STORED["properties"],
                        "error": _TEXT,
                        "message": _TEXT,
                        "fields": _PROBLEMS,
                        "retry_after_seconds": _INTEGER,
                    },
                },
            },
        },
        "required": ["results", "trace_id"],
    },
    "Recorded": {
        **_object("transaction_id alert_id status verdict decided_by trace_id"),
        "description": "The verdict in force on the transaction.",
    },
    "Changed": {
        **_object("status by identity trace_id", at=_INTEGER, revision=_INTEGER),
        "description": "The change in force. `identity` signed the request, as verified by the gateway.",
    },
    "Waiting": {
        **_object("status change why trace_id"),
        "description": "The change is recorded and takes effect when a second person approves it.",
    },
}

_STORED_OR_RESULTS: Final[Schema] = {
    "oneOf": [{"$ref": "#/components/schemas/Stored"}, {"$ref": "#/components/schemas/Results"}]
}
_ERROR_OR_RESULTS: Final[Schema] = {
    "oneOf": [{"$ref": "#/components/schemas/Error"}, {"$ref": "#/components/schemas/Results"}]
}
_ERROR: Final[Schema] = {"$ref": "#/components/schemas/Error"}
_CHANGED: Final[Schema] = {"$ref": "#/components/schemas/Changed"}
_WAITING: Final[Schema] = {"$ref": "#/components/schemas/Waiting"}

Answers = Mapping[str, tuple[str, Schema]]
_FAULTS: Final[Answers] = {
    "403": ("The signature is missing or invalid, or the identity lacks permission.", _ERROR),
    "413": ("The body is larger than 32 KB.", _ERROR),
    "429": ("Too many requests for the stage. Retry after the seconds in Retry-After.", _ERROR),
    "500": ("Internal error. The request may or may not have taken effect; it is safe to retry.", _ERROR),
    "503": ("Temporarily unavailable. It is safe to retry after the seconds in Retry-After.", _ERROR),
}
_CHANGES: Final[Answers] = {
    "200": ("The change is in force; repeating it changes nothing.", _CHANGED),
    "202": ("The change waits for a second person.", _WAITING),
    "400": ("Fields are missing or invalid.", _ERROR),
    **_FAULTS,
}
DESCRIBED: Final[Mapping[tuple[str, str], tuple[str, str, Answers]]] = {
    ("POST", "/transactions"): (
        "postTransactions",
        (
            f"Store one transaction, or an array of up to {MAXIMUM_BATCH}. Id and timestamp together "
            "identify a transaction: the same id with another timestamp is another transaction. The same "
            "body again returns the first answer, so it is safe to retry. Beyond the schema, an amount must "
            "not have more decimals than its currency, and a timestamp must not be too old or too far ahead."
        ),
        {
            "200": ("Already stored; nothing was written.", _STORED_OR_RESULTS),
            "201": ("Stored.", _STORED_OR_RESULTS),
            "207": (
                "An array whose results differ: each has its own status_code.",
                {"$ref": "#/components/schemas/Results"},
            ),
            "400": (
                "Fields are missing or invalid, or the timestamp is too old or too far ahead.",
                _ERROR_OR_RESULTS,
            ),
            "409": ("Another transaction has this id and timestamp.", _ERROR_OR_RESULTS),
            **{status: (words, _ERROR_OR_RESULTS) for status, (words, _) in _FAULTS.items()},
        },
    ),
    ("PUT", "/transactions/{transaction_id}/verdict"): (
        "putVerdict",
        "Record a verdict on a transaction. The last verdict counts; repeating it changes nothing.",
        {
            "200": ("Recorded.", {"$ref": "#/components/schemas/Recorded"}),
            "400": ("Fields are missing or invalid.", _ERROR),
            "404": ("No stored transaction has this id.", _ERROR),
            **_FAULTS,
        },
    ),
    ("PUT", "/controls"): (
        "putControls",
        (
            "Set the list of an account or a merchant, or an account's snooze; omitted fields do not change. "
            "A change beyond one person's limits of time or amount waits for a second person."
        ),
        _CHANGES,
    ),
    ("PUT", "/rules"): (
        "putRules",
        (
            "Put rules in force; without `rules`, the package's. If the setting requires it, they wait for "
            "a second person."
        ),
        {
            **_CHANGES,
            "409": ("The rules in force are not the ones to be replaced.", _ERROR),
            "413": ("The body is larger than 160 KB.", _ERROR),
        },
    ),
    ("PUT", "/approvals"): (
        "putApproval",
        "Approve a waiting change of another person.",
        {
            **{status: each for status, each in _CHANGES.items() if status != "202"},
            "404": ("No change with this id is waiting.", _ERROR),
            "409": ("Other rules are in force now, or another person has approved the change.", _ERROR),
        },
    ),
}
"""By method and path: the operation's name, what it does, and what its function answers."""


def document(found: Estate) -> Schema:
    """Return the OpenAPI document of the API that the programs register."""
    models = {each.inputs["name"]: json.loads(each.inputs["schema"]) for each in _of(found, "model:Model")}
    paths: dict[str, Schema] = {}
    schemas: dict[str, Schema] = dict(SCHEMAS)
    for method, path in sorted(_methods(found), key=lambda each: (each[1], each[0].name)):
        name = method.inputs["requestModels"][JSON]
        body = _body(models[name], schemas)
        paths.setdefault(path, {})[method.inputs["httpMethod"].lower()] = _operation(method, path, body)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fraud pipeline",
            "version": "1",
            "description": "Written by `make openapi` from what the layer compute deploys. Requests are "
            "signed with AWS Signature Version 4 for the service execute-api. Bodies are JSON in UTF-8, with "
            "whole numbers written without a decimal point.",
        },
        "servers": [
            {
                "url": f"https://{{api}}.execute-api.{REGION}.amazonaws.com/stage-{{environment}}",
                "description": "`make outputs` prints it as transactions_url.",
                "variables": {"api": {"default": "api-id"}, "environment": {"default": ENVIRONMENT}},
            }
        ],
        "security": [{"signature": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                }
            },
        },
    }


def _of(found: Estate, type_: str) -> Sequence[Resource]:
    return found.of_type(f"apigateway/{type_}")


def _methods(found: Estate) -> Iterator[tuple[Resource, str]]:
    """Each method with its path."""
    resources = {each.id: each for each in _of(found, "resource:Resource")}

    def path_of(id_: str) -> str:
        above = resources.get(id_)
        return "" if above is None else f"{path_of(above.inputs['parentId'])}/{above.inputs['pathPart']}"

    for method in _of(found, "method:Method"):
        yield method, path_of(method.inputs["resourceId"])


def _operation(method: Resource, path: str, body: Schema) -> Schema:
    name, words, answers = DESCRIBED.get((method.inputs["httpMethod"], path), (method.name, "", _FAULTS))
    return {
        "operationId": name,
        "description": words,
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": _TEXT}
            for each in re.findall(r"{([^}]+)}", path)
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {
            status: {"description": text, "content": {JSON: {"schema": schema}}}
            for status, (text, schema) in sorted(answers.items())
        },
    }


def _body(model: Schema, schemas: dict[str, Schema]) -> Schema:
    """Return the schema of a body, and enter what it consists of among the schemas."""
    title, types = str(model["title"]), model["type"]
    if isinstance(types, str):
        schemas[title] = _newer(model)
        return {"$ref": f"#/components/schemas/{title}"}
    one = title.removesuffix("s")
    of_objects = {key: value for key, value in model.items() if key not in _OF_ARRAYS}
    schemas[one] = _newer({**of_objects, "title": one, "type": "object"})
    of_arrays = {key: value for key, value in model.items() if key in _OF_ARRAYS}
    reference = {"$ref": f"#/components/schemas/{one}"}
    array = {**of_arrays, "type": "array", "items": reference}
    return {"oneOf": [reference, array]}


def _newer(schema: Schema) -> Schema:
    """Return a schema of draft-04 as that of 2020-12."""
    rest = {key: value for key, value in schema.items() if key not in {"$schema", "dependencies"}}
    depending = schema.get("dependencies")
    return {**rest, **({"dependentRequired": depending} if depending else {})}


def text() -> str:
    """Return the document as it is kept."""
    return json.dumps(document(estate(ENVIRONMENT)), indent=2) + "\n"


def main() -> int:
    """Print the document."""
    print(text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(ended("openapi", main, on_interrupt=NOTHING_CHANGED))
