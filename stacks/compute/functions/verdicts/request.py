"""Parse verdict requests: path, body and signing identity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.requests.body import read_body
from shared.requests.caller import caller_of
from shared.requests.checking import SchemaChecker
from shared.runtime.responses import FieldProblem, Refused
from shared.runtime.schema import transaction_schema, verdict_schema

_ID: Final[Mapping[str, str]] = transaction_schema()["properties"]["transaction_id"]
_CHECKER: Final = SchemaChecker(verdict_schema(), "a verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRequest:
    """A valid request.

    Attributes:
        transaction_id: The transaction's id.
        timestamp: The transaction's time in epoch milliseconds, if given.
        verdict: One of the schema's verdicts.
        decided_by: Name in the request.
        note: Reason in the request, if any.
        caller: ARN of the identity that signed the request, from API Gateway.
    """

    transaction_id: str
    timestamp: int | None
    verdict: str
    decided_by: str
    note: str | None
    caller: str


def read_request(event: Mapping[str, Any]) -> VerdictRequest:
    """Parse a proxy integration event.

    Raises:
        Refused: 400 with every invalid field; 413 if the body is too large; 403 without a signing identity.
    """
    body = read_body(event)
    transaction_id = str((event.get("pathParameters") or {}).get("transaction_id", ""))
    problems = _CHECKER.listed(_CHECKER.problems(body))
    if not re.fullmatch(_ID["pattern"].removesuffix("$"), transaction_id):
        problems.insert(0, FieldProblem("transaction_id", f"must be {_ID['description']}"))
    if problems:
        raise invalid(*problems)
    values = body.values
    return VerdictRequest(
        transaction_id=transaction_id,
        timestamp=values.get("timestamp"),
        verdict=values["verdict"],
        decided_by=values["decided_by"],
        note=values.get("note"),
        caller=_caller(event),
    )


def invalid(*problems: FieldProblem) -> Refused:
    """Return the refusal of a request with missing or invalid fields."""
    return Refused(400, "invalid_verdict", "Some fields are missing or wrong.", fields=problems)


def _caller(event: Mapping[str, Any]) -> str:
    arn = caller_of(event)
    if arn is None:
        raise Refused(403, "no_identity", "A verdict is recorded with the identity that signed it; none did.")
    return arn
