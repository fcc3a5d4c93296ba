"""What `make rights` prints is everything that the roles have, and nothing else."""

import json
from dataclasses import replace

import pytest

from tests.policy.checks.iam import LEAST_PRIVILEGE, MANAGED_POLICIES
from tests.support.harness import ENVIRONMENTS, estate
from tests.support.recorded import Estate
from tools.audit.rights import lines


def by_role(registered: Estate) -> dict[str, list[str]]:
    """The lines below each role's own, which alone begin without a space."""
    found: dict[str, list[str]] = {}
    for line in filter(None, lines(registered)):
        if not line.startswith(" "):
            found[line.split()[0]] = below = []
        else:
            below.append(line.strip())
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_role_and_every_right_is_printed(environment: str) -> None:
    printed = by_role(estate(environment))
    assert printed.keys() == {f"{stem}-{environment}" for stem in LEAST_PRIVILEGE}
    for stem, actions in LEAST_PRIVILEGE.items():
        allowed = " ".join(line for line in printed[f"{stem}-{environment}"] if line.startswith("Allow "))
        assert [action for action in actions if action not in allowed] == []


def test_every_statement_is_printed_with_its_resources_and_conditions() -> None:
    registered = estate("dev")
    text = "\n".join(line for below in by_role(registered).values() for line in below)
    policies = registered.of_type("iam/rolePolicy:RolePolicy")
    statements = [each for policy in policies for each in json.loads(policy.inputs["policy"])["Statement"]]
    assert statements
    printed = [line for line in text.splitlines() if line.startswith(("Allow ", "Deny "))]
    assert len(printed) == len(statements)
    for statement in statements:
        for arn in statement["Resource"]:
            assert f"on {arn}" in text
        for keys in statement.get("Condition", {}).values():
            assert [key for key in keys if f"if {key} " not in text] == []


def test_policies_of_aws_are_printed_for_the_roles_that_have_them() -> None:
    printed = by_role(estate("dev"))
    for policy in MANAGED_POLICIES:
        having = {role for role, below in printed.items() if any(policy in line for line in below)}
        assert having == {f"{stem}-role-dev" for stem in ("ingest", "detector", "verdicts", "notifier")}


def test_a_right_that_is_added_is_printed() -> None:
    registered = estate("dev")
    policy = registered.one("iam/rolePolicy:RolePolicy", "ingest-policy")
    statement = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:::table/x"}
    more = replace(
        policy,
        name="more-dev",
        inputs={**policy.inputs, "policy": json.dumps({"Statement": [statement]})},
    )
    printed = by_role(replace(registered, resources=(*registered.resources, more)))
    assert "Allow dynamodb:Scan" in printed["ingest-role-dev"]
    assert "on arn:aws:dynamodb:::table/x" in printed["ingest-role-dev"]
