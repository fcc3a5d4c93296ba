"""Grants as policy documents that AWS takes: merged into statements, split where one policy is too short."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.audit.deployer_rights.grants import Grant, GrantError

POLICY_LIMIT = 6144
"""Characters of a managed policy, white space not counted ("IAM and AWS STS quotas")."""
POLICIES_OF_A_ROLE = 10
"""Managed policies that a role may have, unless the quota was raised ("IAM and AWS STS quotas")."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Wildcard:
    """A resource in a statement that stands for more than one thing, and why."""

    sid: str
    actions: tuple[str, ...]
    resource: str
    reason: str


def merged(grants: Iterable[Grant]) -> list[Grant]:
    """One grant for each sid, in order of first mention, with everything that its grants name.

    Raises:
        GrantError: two grants of one sid differ in more than their resources, or more than their actions:
            together they would allow what neither does.
    """
    found: dict[str, Grant] = {}
    for grant in grants:
        known = found.get(grant.sid)
        found[grant.sid] = grant if known is None else _together(known, grant)
    return list(found.values())


def _together(one: Grant, other: Grant) -> Grant:
    # A grant that came together from several still has to cross with each of them alone.
    same_terms = (one.conditions, one.reads, one.reason) == (other.conditions, other.reads, other.reason)
    same_actions = set(one.actions) == set(other.actions)
    same_resources = set(one.resources) == set(other.resources)
    if not same_terms or not (same_actions or same_resources):
        raise GrantError(f"{one.sid}: two grants of this name differ in more than resources or actions")
    return replace(
        one,
        actions=tuple(dict.fromkeys((*one.actions, *other.actions))),
        resources=tuple(dict.fromkeys((*one.resources, *other.resources))),
    )


def documents(grants: Sequence[Grant]) -> list[Document]:
    """Return the grants as policy documents, none longer than AWS allows.

    Raises:
        GrantError: a role could not hold as many policies.
    """
    found: list[list[dict[str, Any]]] = [[]]
    for statement in (part for grant in grants for part in _parts(grant)):
        if size(_document([*found[-1], statement])) > POLICY_LIMIT:
            found.append([])
        found[-1].append(statement)
    if len(found) > POLICIES_OF_A_ROLE:
        raise GrantError(f"{len(found)} policies are needed; a role holds {POLICIES_OF_A_ROLE}")
    return [_document(statements) for statements in found]


def managed_policies(role_name: str, grants: Sequence[Grant]) -> dict[str, Document]:
    """Return a role's managed policies by name.

    Raises:
        GrantError: a role could not hold as many policies.
    """
    return {f"{role_name}-{number}": each for number, each in enumerate(documents(grants), start=1)}


def size(document: Document) -> int:
    """Characters that count against AWS's limit."""
    return len("".join(json.dumps(document).split()))


def wildcards(grants: Iterable[Grant]) -> Iterator[Wildcard]:
    """Every resource that stands for more than one thing, with its reason."""
    for grant in grants:
        for resource in grant.resources:
            if "*" in resource:
                yield Wildcard(grant.sid, grant.actions, resource, grant.reason)


def _parts(grant: Grant) -> Iterator[dict[str, Any]]:
    """Yield the grant as one statement, or as several when its resources alone would overfill a policy."""
    statement = _statement(grant)
    if size(_document([statement])) <= POLICY_LIMIT or len(grant.resources) == 1:
        yield statement
        return
    half = len(grant.resources) // 2
    for number, resources in enumerate((grant.resources[:half], grant.resources[half:]), start=1):
        yield from _parts(replace(grant, sid=f"{grant.sid}{number}", resources=resources))


def _statement(grant: Grant) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": sorted(grant.actions),
        "Resource": list(grant.resources),
    }
    if grant.conditions:
        statement["Condition"] = {
            operator: {key: _one_or_more(values) for key, values in keys.items()}
            for operator, keys in grant.conditions.items()
        }
    return statement


def _one_or_more(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _document(statements: list[dict[str, Any]]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
