"""Try each published privilege escalation path on every role and job of the project.

The policies are the real ones; the embedded AWS evaluates them. A path is open if every right that it needs
is allowed. Paths that AWS has no condition key to prevent are in `UNPREVENTABLE`, and in docs/threat-model.md
with the control that detects each.
"""

import itertools
import json
from collections.abc import Iterator

import pytest

from emulator.cloud.authorization.policy import Decision, Query, decide, parse_policy
from shared.infra.layers import LAYERS
from tests.policy.deployer_checks import ACCOUNT, deployer, listed
from tests.policy.escalations import FUNCTIONS, REGION, WAYS, Right
from tests.policy.forbidden_actions import FORBIDDEN
from tests.policy.unpreventable import UNPREVENTABLE
from tests.support.harness import ROOT, deploy_all
from tools.audit.deployer_rights.deployer import Duty
from tools.audit.jobs import JOBS, example_outputs
from tools.deploy.boundaries.documents import boundaries


def documents() -> Iterator[tuple[str, list[str]]]:
    """Yield each role's policies; for a pipeline role, its permissions boundary: the most that it can get."""
    outputs = example_outputs(deploy_all("dev"))
    yield from ((job.name, [json.dumps(job.policy(outputs))]) for job in JOBS)
    for layer, duty in itertools.product(LAYERS, Duty):
        of_role = deployer(layer, duty)
        yield of_role.role_name, [json.dumps(document) for document in of_role.policies.values()]
    for each_ in boundaries(ACCOUNT, "dev"):
        yield f"{each_.role}-dev", [each_.text]


POLICIES = dict(documents())


def allows(role: str, right: Right) -> bool:
    statements = [part for text in POLICIES[role] for part in parse_policy(text, role)]
    query = Query(right.action, right.resource, {**REGION, **right.context})
    return decide(statements, query) is Decision.ALLOW


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", POLICIES)
def test_no_role_has_an_escalation_path(role: str, way: str) -> None:
    open_ = [rights for rights in WAYS[way] if all(allows(role, right) for right in rights)]
    assert open_ == []


@pytest.mark.parametrize("role", POLICIES)
def test_no_role_has_a_forbidden_action_or_a_wildcard(role: str) -> None:
    allowed = {
        action
        for text in POLICIES[role]
        for statement in json.loads(text)["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }
    assert allowed
    assert sorted(action for action in allowed if "*" in action) == []
    services = {action.partition(":")[0] for action in allowed}
    assert services - FORBIDDEN.keys() <= {"execute-api", "pipes", "route53", "xray"}
    assert (
        sorted(
            each for each in allowed if each.partition(":")[2] in FORBIDDEN.get(each.partition(":")[0], ())
        )
        == []
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_17_a_deployer_updates_only_the_functions_of_its_layer(layer: str) -> None:
    own = {"compute": {"ingest", "detector", "verdicts"}, "alerting": {"notifier"}}.get(layer, set())
    can = {
        function.rpartition(":")[2].removesuffix("-function-dev")
        for function in FUNCTIONS
        if allows(f"fraud-deploy-{layer}-dev", Right("lambda:UpdateFunctionCode", function))
    }
    assert can == own


@pytest.mark.parametrize("way", UNPREVENTABLE)
def test_unpreventable_paths_are_one_deployers_and_in_the_threat_model(way: str) -> None:
    layer, right = UNPREVENTABLE[way]
    having = {role for role in POLICIES if allows(role, right)}
    assert having == {f"fraud-deploy-{layer}-dev"}
    rows = [
        line
        for line in (ROOT / "docs/threat-model.md").read_text("utf-8").splitlines()
        if f"| {way} |" in line
    ]
    assert len(rows) == 1, "name it in docs/threat-model.md, with the control that detects it"
    _, named, owner, detected, _ = (cell.strip() for cell in rows[0].split("|"))
    assert (named, owner) == (way, layer)
    assert detected


def test_every_path_is_open_with_all_rights() -> None:
    """A typo in a path would hide it: with all rights, every path is open."""
    everything = parse_policy('{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', "all")
    for way, alternatives in WAYS.items():
        for right in itertools.chain.from_iterable(alternatives):
            query = Query(right.action, right.resource, {**REGION, **right.context})
            assert decide(everything, query) is Decision.ALLOW, way
