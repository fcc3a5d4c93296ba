"""One request evaluated against all kinds of policies, without a server."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.cloud.account import ACCOUNT_ID
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.documents import Grant
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.identities import Caller, CallerKind
from emulator.tests.roles import arn, policy, statement

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
NOT_OWN = "because no identity-based policy allows"
IN_BOUNDARY, IN_SESSION = "because no permissions boundary allows", "because no session policy allows"
BY = "with an explicit deny in"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/tiny-role"
SESSION = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/tiny-role/session"
ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
FUNCTION = arn("lambda", "function:tiny")
QUEUE, TABLE, KEY = arn("sqs", "orders"), arn("dynamodb", "table/orders"), arn("kms", "key/1")
Statements = tuple[dict[str, Any], ...]
SEND = statement("sqs:SendMessage", QUEUE)
DENIED = {**SEND, "Effect": "Deny"}
PUT = statement("dynamodb:PutItem", TABLE)


def to(principal: str, given: dict[str, Any] = SEND, **more: Any) -> dict[str, Any]:
    """Return the statement as a resource-based policy for a principal has it."""
    return {**given, "Principal": {"AWS": principal}, **more}


def when(given: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {**given, "Condition": {name.replace("_", ":"): keys for name, keys in condition.items()}}


def asked(given: dict[str, Any], **context: str | tuple[str, ...]) -> Requirement:
    """Return a request for the action and resource of a statement."""
    keys = {name.replace("__", ":").replace("_", "-"): value for name, value in context.items()}
    texts = {key.lower(): (value,) if isinstance(value, str) else value for key, value in keys.items()}
    return Requirement(given["Action"], given["Resource"], texts)


@dataclass(frozen=True)
class Case:
    """A request and the policies that apply; `refusal` is part of AWS's message, empty if it is allowed."""

    name: str
    page: str
    request: Requirement = field(default_factory=lambda: asked(SEND))
    own: Statements = ()
    boundary: Statements = ()
    session: Statements = ()
    resource: Statements = ()
    endpoint: Statements = ()
    grants: tuple[Grant, ...] = ()
    by_code: bool = False
    refusal: str = ""


def evaluate(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that the request gets the answer that AWS documents, from the case's policies alone."""

    def one(statements: Statements) -> documents.Documents:
        return ((policy(*statements), "a policy"),) if statements else ()

    monkeypatch.setattr(documents, "of_role", lambda _: one(case.own))
    monkeypatch.setattr(documents, "of_boundary", lambda _: one(case.boundary))
    monkeypatch.setattr(documents, "of_resource", lambda *_: one(case.resource))
    monkeypatch.setattr(documents, "of_endpoint", lambda *_: one(case.endpoint) or None)
    monkeypatch.setattr(documents, "grants_on", lambda _: case.grants)
    limits = (policy(*case.session),) if case.session else ()
    caller = Caller(CallerKind.ROLE_SESSION, SESSION, ROLE, FUNCTION if case.by_code else "", limits)
    refused = check(caller, case.request)
    assert case.page.startswith("https://docs.aws.amazon.com/")
    assert case.refusal in (refused.message if refused else "")
    assert bool(case.refusal) == (refused is not None)
