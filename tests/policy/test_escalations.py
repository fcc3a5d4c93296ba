"""Each published way to more rights is tried on every role that this project makes, and on every job.

The policies are those that are written for the roles, and the evaluation is the embedded AWS's own. A way is
open where every right that it needs is allowed on something that leads further. What AWS has no condition for
stands in `OPEN`, and in docs/threat-model.md with what shows it when it happens.
"""

import itertools
import json
from collections.abc import Iterator

import pytest

from emulator.cloud.authorization.policy import Decision, Query, decide, parse_policy
from shared.infra.layers import LAYERS
from tests.policy.deployer_checks import ACCOUNT, deployer, listed
from tests.policy.escalations import FUNCTION_ROLES, NOBODY, OPEN, REGION, WAYS, Right, of
from tests.support.harness import ROOT, deploy_all
from tools.audit.deployer_rights.deployer import Duty
from tools.audit.jobs import JOBS, example_outputs
from tools.deploy.boundaries.documents import boundaries


def documents() -> Iterator[tuple[str, list[str]]]:
    """Everybody's policies; of a role of the pipeline all that its boundary lets be written in."""
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
def test_no_role_has_a_published_way_to_more_rights(role: str, way: str) -> None:
    open_ = [rights for rights in WAYS[way] if all(allows(role, right) for right in rights)]
    assert open_ == []


@pytest.mark.parametrize("role", POLICIES)
def test_nobody_has_a_right_that_leads_further_whatever_its_resource(role: str) -> None:
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
    assert services - NOBODY.keys() <= {"execute-api", "pipes", "route53", "xray"}
    assert (
        sorted(each for each in allowed if each.partition(":")[2] in NOBODY.get(each.partition(":")[0], ()))
        == []
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_17_a_deployer_changes_the_code_of_its_own_layer_alone(layer: str) -> None:
    own = {"compute": {"ingest", "detector", "verdicts"}, "alerting": {"notifier"}}.get(layer, set())
    can = {
        role[:-9]
        for role in FUNCTION_ROLES
        if allows(
            f"fraud-deploy-{layer}-dev",
            Right("lambda:UpdateFunctionCode", of("lambda", f"function:{role[:-9]}-function-dev")),
        )
    }
    assert can == own


@pytest.mark.parametrize("way", OPEN)
def test_what_aws_has_no_condition_for_is_one_layers_and_is_written_down(way: str) -> None:
    layer, right = OPEN[way]
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


def test_an_open_way_is_found() -> None:
    """The table itself can fail: with all rights, every way is open."""
    everything = parse_policy('{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', "all")
    for way, alternatives in WAYS.items():
        for right in itertools.chain.from_iterable(alternatives):
            query = Query(right.action, right.resource, {**REGION, **right.context})
            assert decide(everything, query) is Decision.ALLOW, way
