"""Everybody is denied whatever is not their own: functions, the pipe, people by their jobs, deployers."""

import json
from dataclasses import replace

import pytest

from shared.infra.layers import LAYERS
from tests.support.harness import deploy_all
from tools.audit import matrix as command
from tools.audit.jobs import JOBS
from tools.audit.matrix import Holder, Right, matrix, pipeline_roles
from tools.deploy.boundaries.documents import boundaries
from tools.deploy.pipeline.environments import Duty

MANY = 13_000
"""Attempts in dev; fewer would mean that rights were lost from the table, not from the roles."""


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_all_is_denied_but_what_is_a_role_s_own(environment: str) -> None:
    rows = list(matrix(deploy_all(environment)))
    assert [(row.holder.name, row.open) for row in rows if row.open] == []
    assert sum(row.tried for row in rows) >= MANY
    names = {row.holder.name for row in rows}
    acting = {role.inputs["name"] for role in deploy_all(environment).of_type("iam/role:Role")}
    deploying = {f"fraud-{duty}-{layer}-{environment}" for duty in Duty for layer in LAYERS}
    assert names == acting | deploying | {job.name for job in JOBS}


def test_each_role_may_do_what_is_its_own() -> None:
    """Else the table would deny everything to everybody."""
    for holder in pipeline_roles(deploy_all("dev")):
        assert [right for right in holder.rights if not holder.allows(right)] == []


def ingest() -> Holder:
    return next(each for each in pipeline_roles(deploy_all("dev")) if each.name == "ingest-role-dev")


def test_a_right_too_many_is_open_only_beyond_a_boundary() -> None:
    """What somebody writes into a role opens nothing; without its boundary it would."""
    right = Right("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/profiles-table-dev")
    more = {"Statement": [{"Effect": "Allow", "Action": right.action, "Resource": right.resource}]}
    written = replace(ingest(), policies=(*ingest().policies, json.dumps(more)))
    assert not written.allows(right)
    assert replace(written, boundary=None).allows(right)


def test_the_command_prints_the_count(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["matrix", "dev"])
    assert command.main() == 0
    tried = sum(row.tried for row in matrix(deploy_all("dev")))
    assert f"{tried} attempts, {tried} denied" in capsys.readouterr().out


def test_a_role_without_a_boundary_is_named_with_the_next_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = [each for each in boundaries("123456789012", "dev") if each.role != "pipe-role"]
    monkeypatch.setattr(command, "boundaries", lambda *_: shipped)
    monkeypatch.setattr("sys.argv", ["matrix", "dev"])
    assert command.main() == 1
    told = capsys.readouterr()
    assert told.err.startswith("error: pipe-role-dev has no file in tools/deploy/boundaries/files: run make ")
    assert (told.out, told.err.count("\n")) == ("", 1)
