"""What an answer to a made request must be. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.fuzz.bodies import Request

TAKEN: Final = frozenset({200, 201})
REFUSED: Final = frozenset({400, 413})
CONFLICT: Final = 409
MIXED: Final = 207
BEYOND_THE_SCHEMA: Final = frozenset({"amount", "ip_address", "timestamp"})
"""Fields with rules that no schema can say: decimals of the currency, an address that is one, a moment
that is neither too old nor too far ahead."""
BY_THE_GATEWAY: Final = "invalid_body"


def faults(request: Request, status: int, answer: str) -> Iterator[str]:
    """Yield what is wrong with the API's answer."""
    if status >= 500 or status == 0:
        yield f"answered {status}"
        return
    results = list(_results(status, answer))
    statuses = {each["status_code"] for each in results}
    if not request.fits and statuses <= TAKEN:
        yield f"taken, though the document refuses it: {status}"
    if request.fitted and not statuses <= TAKEN | {CONFLICT}:
        yield f"refused, though the document allows it: {status}"
    if request.fits and not request.fitted:
        for each in results:
            named = {problem["field"] for problem in each.get("fields", ())}
            if each["status_code"] == 400 and not (named and named <= BEYOND_THE_SCHEMA):
                yield f"refused for {sorted(named)}, though the document allows it"
    if request.fits and status == 400 and json.loads(answer).get("error") == BY_THE_GATEWAY:
        yield "refused by the gateway, though the document allows it"


def change_faults(request: Request, status: int, answer: str) -> Iterator[str]:
    """Yield what is wrong with the answer to a body that was put: a verdict, a list, rules, an approval.

    A good one may be refused for what no schema can say: that a time is over, an account unknown.
    """
    if status >= 500 or status == 0:
        yield f"answered {status}"
    elif not request.fits and status not in REFUSED:
        yield f"taken, though the document refuses it: {status}"
    elif request.fits and status == 400 and json.loads(answer).get("error") == BY_THE_GATEWAY:
        yield "refused by the gateway, though the document allows it"


def taken(status: int, answer: str) -> Iterator[tuple[str, int]]:
    """Yield the keys of the transactions that an answer says are stored; none came with status 0."""
    if status == 0 or status >= 500:
        return
    for each in _results(status, answer):
        if each["status_code"] in TAKEN:
            yield each["transaction_id"], each["timestamp"]


def disagreement(answer: Mapping[str, Any]) -> str | None:
    """Return what is wrong where the function answers a body that the gateway has refused."""
    results = _results(answer["statusCode"], answer["body"])
    statuses = {each["status_code"] for each in results}
    return f"the function takes what the gateway refuses: {statuses}" if statuses & TAKEN else None


def _results(status: int, answer: str) -> Iterator[dict[str, Any]]:
    body = json.loads(answer)
    if "results" in body:
        yield from body["results"]
    else:
        yield {**body, "status_code": status}
