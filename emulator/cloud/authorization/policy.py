"""Parse policy documents and evaluate them.

Source: "Policy evaluation logic" in the IAM user guide: an explicit Deny overrides any Allow; without an
Allow the request is implicitly denied.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from emulator.cloud.authorization.conditions import (
    Condition,
    Context,
    UnsupportedPolicyError,
    parse_conditions,
)
from emulator.cloud.authorization.wildcards import matches


class Decision(Enum):
    """The result of evaluating a set of policies."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Principal:
    """The principal of a request: a `service` such as ``events.amazonaws.com``, or an `arn`.

    `account_id` is set for the account itself, which a policy may name by root ARN or by number. A resource
    policy that allows the account delegates the decision to identity policies.
    """

    arn: str = ""
    service: str = ""
    account_id: str = ""

    @property
    def is_account(self) -> bool:
        """Whether the principal is the account."""
        return bool(self.account_id)


@dataclass(frozen=True, slots=True)
class Query:
    """A request to evaluate. Condition keys in `context` are lower-case."""

    action: str
    resource: str
    context: Context
    principal: Principal | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement; `principals` is None in an identity policy."""

    denies: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    conditions: tuple[Condition, ...]
    principals: Mapping[str, tuple[str, ...]] | None

    def applies(self, query: Query) -> bool:
        """Return whether the statement applies to the request."""
        return (
            any(matches(pattern, query.action, ignore_case=True) for pattern in self.actions)
            != self.not_actions
            and any(matches(pattern, query.resource) for pattern in self.resources) != self.not_resources
            and self._names(query.principal)
            and all(condition.holds(query.context) for condition in self.conditions)
        )

    def _names(self, principal: Principal | None) -> bool:
        if self.principals is None:
            return True
        if principal is None:
            return False
        if principal.service:
            return _any_of(self.principals.get("Service", ()), principal.service)
        names = self.principals.get("AWS", ())
        if principal.is_account:
            return _any_of(names, principal.arn) or principal.account_id in names
        return _any_of(names, principal.arn)


def _any_of(names: Iterable[str], wanted: str) -> bool:
    return any(name in {"*", wanted} for name in names)


def decide(statements: Iterable[Statement], query: Query) -> Decision:
    """Return IAM's decision for the statements of one policy type."""
    decision = Decision.IMPLICIT_DENY
    for statement in statements:
        if statement.applies(query):
            if statement.denies:
                return Decision.EXPLICIT_DENY
            decision = Decision.ALLOW
    return decision


@lru_cache(maxsize=512)
def parse_policy(document: str, where: str) -> tuple[Statement, ...]:
    """Return the statements of a policy document.

    Args:
        document: the policy's JSON.
        where: Name of the policy in errors, for example ``role ingest-role-dev, policy ingest-policy-dev``.

    Raises:
        UnsupportedPolicyError: The document has an unsupported element, operator or key.
    """
    content = json.loads(document)
    return tuple(
        _parse_statement(statement, f"{where}, statement {statement.get('Sid', number)}")
        for number, statement in enumerate(_as_list(content.get("Statement", [])), start=1)
    )


_ELEMENTS = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}
)


def _parse_statement(statement: Mapping[str, Any], where: str) -> Statement:
    unknown = set(statement) - _ELEMENTS
    if unknown:
        raise UnsupportedPolicyError(f"{where}: element {', '.join(sorted(unknown))} is not known")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise UnsupportedPolicyError(f"{where}: Effect is {statement.get('Effect')!r}")
    if ("Action" in statement) == ("NotAction" in statement):
        raise UnsupportedPolicyError(f"{where}: needs exactly one of Action and NotAction")
    resource_key = "NotResource" if "NotResource" in statement else "Resource"
    if resource_key not in statement and "Principal" not in statement:
        raise UnsupportedPolicyError(f"{where}: names no resource")
    return Statement(
        denies=statement["Effect"] == "Deny",
        actions=_texts(statement.get("Action", statement.get("NotAction")), where),
        not_actions="NotAction" in statement,
        resources=_texts(statement.get(resource_key, "*"), where),  # a trust policy has no Resource element
        not_resources=resource_key == "NotResource",
        conditions=parse_conditions(statement.get("Condition", {}), where),
        principals=_parse_principal(statement["Principal"], where) if "Principal" in statement else None,
    )


def _parse_principal(element: object, where: str) -> Mapping[str, tuple[str, ...]]:
    if element == "*":
        return {"AWS": ("*",), "Service": ("*",)}
    if not isinstance(element, dict) or set(element) - {"AWS", "Service"}:
        raise UnsupportedPolicyError(f"{where}: Principal {element!r} is not known")
    parsed = {kind: _texts(names, where) for kind, names in element.items()}
    if "*" in parsed.get("AWS", ()):
        parsed["Service"] = (*parsed.get("Service", ()), "*")  # AWS treats {"AWS": "*"} as everyone
    return parsed


def _texts(element: object, where: str) -> tuple[str, ...]:
    values = tuple(str(value) for value in _as_list(element))
    for value in values:
        if "${" in value:
            raise UnsupportedPolicyError(f"{where}: policy variables ({value}) are not known")
    return values


def _as_list(element: object) -> list[Any]:
    return element if isinstance(element, list) else [element]
