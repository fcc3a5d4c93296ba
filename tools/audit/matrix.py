"""``make matrix ENV=dev``: every right of every role, tried by every other role.

Whatever a role is not given itself is denied to it: rights of the other roles of the pipeline, of people by
their jobs, and of those who deploy. Policies and boundaries are those that the programs register and ship,
evaluated as the embedded AWS evaluates them.
"""

import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from emulator.cloud.authorization.policy import Decision, Query, decide, parse_policy
from tools.audit import boundary_files
from tools.audit.boundary_files import BoundaryError
from tools.audit.deployer_rights.deployer import deployers
from tools.audit.jobs import JOBS, example_outputs
from tools.deploy.boundaries.documents import FILES, boundaries
from tools.deploy.program_runner.recorded import Deployment
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID
from tools.deploy.project import ROOT
from tools.terminal.ending import NOTHING_CHANGED, ended

Context = tuple[tuple[str, tuple[str, ...]], ...]
_ITEMS: Final = "dynamodb:leadingkeys"
"""The condition key for the partition keys of the items that a call names."""
_ANY_ITEM: Final = "an item that no condition names"


@dataclass(frozen=True)
class Right:
    """One action on one resource, in a call that meets the conditions under which it is given."""

    action: str
    resource: str
    context: Context = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What is allowed: the action, the resource, and in a table the items, by their keys' pattern."""
        keys = dict(self.context).get(_ITEMS, (_ANY_ITEM,))[0]
        return self.action, self.resource, keys.replace(_ANY_ITEM, "")


@dataclass(frozen=True)
class Holder:
    """A role with its policies, and with what bounds it."""

    name: str
    policies: tuple[str, ...]
    boundary: str | None
    rights: frozenset[Right]

    def allows(self, right: Right) -> bool:
        """Whether a call would go through as far as the role's own policies decide."""
        documents = [self.policies, *([(self.boundary,)] if self.boundary else [])]
        return all(_allowed(texts, right) for texts in documents)


@dataclass(frozen=True)
class Row:
    """What one role is denied of what the others hold."""

    holder: Holder
    tried: int
    open: tuple[Right, ...]
    """What it may do although nobody gave it to this role."""


def pipeline_roles(deployment: Deployment) -> Iterator[Holder]:
    """The roles of functions and pipe, each within its boundary.

    Raises:
        BoundaryError: one is shipped without.
    """
    shipped = {each.role: each.text for each in boundaries(ACCOUNT_ID, deployment.suffix)}
    for role in deployment.of_type("iam/role:Role"):
        name = role.inputs["name"]
        statements = list(boundary_files.statements(deployment, name))
        boundary = shipped.get(name.removesuffix(f"-{deployment.suffix}"))
        if boundary is None:
            folder = FILES.relative_to(ROOT)
            raise BoundaryError(f"{name} has no file in {folder}: run make boundary-files, and review it")
        yield _holder(name, [{"Statement": statements}], boundary)


def people(deployment: Deployment) -> Iterator[Holder]:
    """Who works with the environment, by job."""
    outputs = example_outputs(deployment)
    for job in JOBS:
        yield _holder(job.name, [job.policy(outputs)], None)


def deploying_roles(deployment: Deployment) -> Iterator[Holder]:
    """The roles of the deploy pipeline."""
    for run in deployment.runs.values():
        for each in deployers(run, deployment.suffix, ACCOUNT_ID):
            yield _holder(each.role_name, list(each.policies.values()), None)


def matrix(deployment: Deployment) -> Iterator[Row]:
    """Each role and job against the rights of all; each deployer against the pipeline's and the jobs'."""
    acting = [*pipeline_roles(deployment), *people(deployment)]
    deploying = list(deploying_roles(deployment))
    of_pipeline = frozenset().union(*(each.rights for each in acting))
    of_all = of_pipeline.union(*(each.rights for each in deploying))
    for holder in acting:
        yield _row(holder, of_all)
    for holder in deploying:
        yield _row(holder, of_pipeline)


def _row(holder: Holder, rights: frozenset[Right]) -> Row:
    own = {right.key for right in holder.rights}
    # The policies of AWS that functions have give a few actions on everything, which is theirs then.
    foreign = [
        right
        for right in rights
        if own.isdisjoint({right.key, (right.action, right.resource, ""), (right.action, "*", "")})
    ]
    return Row(holder, len(foreign), tuple(right for right in foreign if holder.allows(right)))


def _holder(name: str, documents: list[Mapping[str, Any]], boundary: str | None) -> Holder:
    texts = tuple(boundary_files.as_text(document) for document in documents)
    rights = {right for each in documents for right in _rights(each)}
    return Holder(name, texts, boundary, frozenset(rights))


def _rights(document: Mapping[str, Any]) -> Iterator[Right]:
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        conditions = [
            [(key.lower(), (value,)) for value in _listed(values)]
            for operator, keys in statement.get("Condition", {}).items()
            if operator != "Null"
            for key, values in keys.items()
        ]
        names_key = any(key == _ITEMS for each in conditions for key, _ in each)
        for action in _listed(statement["Action"]):
            # A query always names a partition key.
            keyed = [] if names_key or action != "dynamodb:Query" else [[(_ITEMS, (_ANY_ITEM,))]]
            for resource in _listed(statement["Resource"]):
                for context in itertools.product(*conditions, *keyed):
                    yield Right(action, resource, context)


def _allowed(texts: tuple[str, ...], right: Right) -> bool:
    statements = [each for text in texts for each in parse_policy(text, "a role")]
    query = Query(right.action, right.resource, dict(right.context))
    return decide(statements, query) is Decision.ALLOW


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def main() -> int:
    """Print what each role was denied, and how many attempts that were; 1 where one is open."""
    environment, tried, open_ = sys.argv[1], 0, 0
    try:
        rows = list(matrix(deploy_all(environment)))
    except BoundaryError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Permissions of other roles that each role of {environment} is denied\n")
    for row in rows:
        tried, open_ = tried + row.tried, open_ + len(row.open)
        counts = f"own rights {len(row.holder.rights):>4}   tried {row.tried:>5}   open {len(row.open)}"
        print(f"{row.holder.name:<32} {counts}")
        for right in row.open:
            print(f"    may {right.action} on {right.resource}")
    print(f"\n{tried} attempts, {tried - open_} denied")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(ended("matrix", main, on_interrupt=NOTHING_CHANGED))
