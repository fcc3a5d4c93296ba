"""Whom the roles of deployers trust: one environment of one repository, by its numbers."""

import pytest

from shared.infra.layers import LAYERS
from tests.policy.deployer_checks import ACCOUNT, deployer
from tools.audit.deployer_rights.deployer import Duty

REPOSITORY = "acme@11/fraud@22"
ISSUER = "token.actions.githubusercontent.com"


def trusts(duty: Duty, layer: str, environment: str) -> dict[str, dict[str, str]]:
    (statement,) = deployer(layer, duty, environment).trust(ACCOUNT, REPOSITORY)["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
    conditions: dict[str, dict[str, str]] = statement["Condition"]
    assert conditions["StringEquals"][f"{ISSUER}:aud"] == "sts.amazonaws.com"
    return conditions


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_role_is_trusted_to_one_environment_of_one_repository_by_its_numbers(
    layer: str, environment: str
) -> None:
    ends = {Duty.DEPLOY: "", Duty.LOOK: "-look", Duty.DRIFT: "-drift"}
    for duty, end in ends.items():
        exact = trusts(duty, layer, environment)["StringEquals"]
        assert exact[f"{ISSUER}:sub"] == f"repo:acme@11/fraud@22:environment:{environment}-{layer}{end}"


def test_only_what_is_merged_deploys_or_sees_prod() -> None:
    """And a pull request only previews dev, by the workflow for that."""
    deploys = "acme/fraud/.github/workflows/deploy-layer.yml@refs/heads/main"
    for duty, environment in ((Duty.DEPLOY, "dev"), (Duty.DEPLOY, "prod"), (Duty.LOOK, "prod")):
        conditions = trusts(duty, "compute", environment)
        assert set(conditions) == {"StringEquals"}
        assert conditions["StringEquals"][f"{ISSUER}:job_workflow_ref"] == deploys
    for environment in ("dev", "prod"):
        drift = trusts(Duty.DRIFT, "compute", environment)
        assert set(drift) == {"StringEquals"}
        assert drift["StringEquals"][f"{ISSUER}:ref"] == "refs/heads/main"
    preview = "acme/fraud/.github/workflows/preview.yml@refs/pull/*/merge"
    assert trusts(Duty.LOOK, "compute", "dev")["StringLike"] == {f"{ISSUER}:job_workflow_ref": preview}


@pytest.mark.parametrize(
    "repository",
    [
        "*",
        "acme",
        "acme/fraud",
        "acme@1/*",
        "acme@1/fraud",
        "acme/fraud@2",
        "acme@x/fraud@2",
        "",
        "a@1/b@2/x",
    ],
)
def test_a_repository_that_would_trust_strangers_is_refused(repository: str) -> None:
    with pytest.raises(ValueError, match="OWNER@ID/NAME@ID"):
        deployer("data", Duty.DEPLOY).trust(ACCOUNT, repository)
