"""Every role has a permissions boundary of its own, which is shipped, and says what the role needs."""

import pytest

from tests.policy.deployer_checks import ACCOUNT, listed
from tests.support.harness import ENVIRONMENTS, deploy_all
from tests.support.recorded import Resource
from tools.audit import boundary_files
from tools.audit.boundary_files import BoundaryError, files
from tools.audit.deployer_rights.grants import GrantError, Scope
from tools.audit.deployer_rights.rows.identities import ROWS
from tools.deploy.boundaries.documents import FILES, boundaries


def roles(environment: str) -> tuple[Resource, ...]:
    found = deploy_all(environment).of_type("iam/role:Role")
    assert found
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_role_is_bounded_by_a_shipped_policy_of_its_own(environment: str) -> None:
    suffix = deploy_all(environment).suffix
    shipped = {f"{each.role}-{suffix}": (each.layer, each.arn) for each in boundaries("123456789012", suffix)}
    registered = {
        role.inputs["name"]: (role.layer, role.inputs.get("permissionsBoundary"))
        for role in roles(environment)
    }
    assert registered == shipped
    assert len({arn for _, arn in shipped.values()}) == len(shipped)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_files_are_what_the_programs_register(environment: str) -> None:
    """After a change of a role's rights: `make boundary-files`, for the owners of the files to review."""
    written = {(layer, role): text for layer, role, text in files(deploy_all(environment))}
    there = {(path.parent.name, path.stem): path.read_text("utf-8") for path in FILES.rglob("*.json")}
    assert written == there


def test_a_boundary_names_exact_actions_and_gives_no_rights_over_rights() -> None:
    for each in boundaries(ACCOUNT, "dev"):
        statements = each.document["Statement"]
        allowed = [
            action for one in statements if one["Effect"] == "Allow" for action in listed(one["Action"])
        ]
        assert allowed
        assert [a for a in allowed if "*" in a or a.startswith(("iam:", "sts:", "lambda:", "kms:Put"))] == []
        everything = {one["Sid"] for one in statements if one["Resource"] == "*"}
        assert everything <= {"NetworkInterfacesOfAws", "TracingOfAws"}
        assert "${" not in each.text
        assert "123456789012" not in each.text


def test_no_boundary_holds_what_another_role_alone_may() -> None:
    """Under one boundary for all, a role could read the raw stream and write the controls."""
    can = {
        each.role: {
            (action, resource)
            for one in each.document["Statement"]
            if one["Effect"] == "Allow"
            for action in listed(one["Action"])
            for resource in listed(one["Resource"])
        }
        for each in boundaries(ACCOUNT, "dev")
    }
    readers = {role for role, rights in can.items() if any(a == "dynamodb:GetRecords" for a, _ in rights)}
    assert readers == {"pipe-role"}
    publishers = {role for role, rights in can.items() if any(a == "sns:Publish" for a, _ in rights)}
    assert publishers == {"notifier-role"}


@pytest.mark.parametrize("boundary", [None, "arn:aws:iam::123456789012:policy/notifier-role-boundary-dev"])
def test_a_deployer_for_a_role_without_its_own_boundary_is_not_written(boundary: str | None) -> None:
    role = next(each for each in roles("dev") if each.name == "ingest-role-dev")
    unbounded = type(role)(**{**vars(role), "inputs": {**role.inputs, "permissionsBoundary": boundary}})
    with pytest.raises(GrantError, match="ingest-role-boundary-dev"):
        list(ROWS["aws:iam/role:Role"](Scope("compute", "dev", ACCOUNT), unbounded))


def test_an_unknown_policy_of_aws_is_not_bounded_by_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "OF_AWS", {})
    with pytest.raises(BoundaryError, match="write down in"):
        list(files(deploy_all("dev")))


def test_only_one_place_makes_roles() -> None:
    """A role made elsewhere would have no boundary."""
    from tools.deploy.project import ROOT  # noqa: PLC0415

    makers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("shared", "stacks")
        for path in (ROOT / folder).rglob("*.py")
        if "iam.Role(" in path.read_text("utf-8")
    ]
    assert makers == ["shared/infra/role.py"]
