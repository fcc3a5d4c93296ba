"""What a role is given: each action on each resource under each condition, one grant apiece."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from emulator.cloud.authorization.policy import Decision, Query, decide, parse_policy

OF_AWS: Final = "arn:aws:iam::aws:policy/"
"""How the ARN of a policy begins that AWS wrote."""

Conditions = tuple[tuple[str, str, str], ...]
"""Operator, key and one value each."""


@dataclass(frozen=True, order=True)
class Grant:
    """One right of a role.

    Attributes:
        role: Its name.
        statement: The Sid that gives it; of a policy of AWS its ARN.
        action: One action.
        resource: One ARN, or its pattern.
        conditions: What a call must meet.
    """

    role: str
    statement: str
    action: str
    resource: str
    conditions: Conditions = ()

    @property
    def of_aws(self) -> bool:
        """Whether a policy of AWS gives it, which is attached whole or not at all."""
        return self.statement.startswith(OF_AWS)

    def allows(self, action: str, resource: str, context: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether a call is allowed by this right alone."""
        statements = parse_policy(_document(self), f"role {self.role}, statement {self.statement}")
        return decide(statements, Query(action, resource, context)) is Decision.ALLOW

    def __str__(self) -> str:
        """Say it in one line."""
        return " ".join([self.statement, self.action, "on", self.resource, *map(_told, self.conditions)])


def _told(condition: tuple[str, str, str]) -> str:
    operator, key, value = condition
    return f"if {key} {operator} {value}"


def grants_of(role: str, documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Grant]:
    """Yield the rights that a role's policies give, by the policies' names or ARNs.

    A condition with several values is several rights: each of the values must be of use.
    """
    for name, document in documents.items():
        for statement in document["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            sid = name if name.startswith(OF_AWS) else statement["Sid"]
            actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
            variants = list(_variants(statement.get("Condition", {})))
            for action, resource, conditions in itertools.product(actions, resources, variants):
                yield Grant(role, sid, action, resource, conditions)


def _variants(element: Mapping[str, Mapping[str, Any]]) -> Iterable[Conditions]:
    each = [
        [(operator, key, value) for value in _listed(values)]
        for operator, keys in element.items()
        for key, values in keys.items()
    ]
    return itertools.product(*each)


@lru_cache(maxsize=4096)
def _document(grant: Grant) -> str:
    condition: dict[str, dict[str, str]] = {}
    for operator, key, value in grant.conditions:
        condition.setdefault(operator, {})[key] = value
    statement = {
        "Effect": "Allow",
        "Action": grant.action,
        "Resource": grant.resource,
        "Condition": condition,
    }
    return json.dumps({"Statement": [statement]})


def _listed(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
