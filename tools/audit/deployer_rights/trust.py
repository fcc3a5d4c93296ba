"""Who takes a deployer's role on: jobs of one workflow in one GitHub environment of one repository, by OIDC.

The subject carries the numbers of owner and repository, which GitHub never gives out again: a repository
that comes to bear the same name is a stranger. AWS checks two claims: the subject, and the workflow (or the
branch) that the job belongs to, so that no other workflow of the repository takes the role on.

Sources: "OpenID Connect" and "Immutable subject claims" in GitHub's documentation; "Available keys for AWS
OIDC federation" in the IAM user guide (`job_workflow_ref` and `ref` of GitHub's tokens).
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from tools.deploy.pipeline.environments import MAIN, REVIEWED, Duty, name_of

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
REF = f"refs/heads/{MAIN}"

_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,38})@([1-9]\d*)/([A-Za-z0-9._-]{1,100})@([1-9]\d*)")


class RepositoryError(ValueError):
    """Not a repository of GitHub in the form OWNER@ID/NAME@ID."""


@dataclass(frozen=True)
class Repository:
    """A repository by its names and its numbers, which outlive its names."""

    owner: str
    owner_id: int
    name: str
    id: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `acme@1234/fraud-pipeline@5678`.

        Raises:
            RepositoryError: it has another form; a wildcard in it would trust strangers.
        """
        found = _REPOSITORY.fullmatch(text)
        if found is None:
            raise RepositoryError(
                f"{text!r} is no repository: give OWNER@ID/NAME@ID, for example "
                "acme@1234/fraud-pipeline@5678. GitHub tells the numbers:\n"
                "  gh api repos/OWNER/NAME --jq '\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"'"
            )
        owner, owner_id, name, number = found.groups()
        return cls(owner, int(owner_id), name, int(number))

    def __str__(self) -> str:
        return f"{self.owner}@{self.owner_id}/{self.name}@{self.id}"

    def workflow(self, file: str, ref: str) -> str:
        """A workflow as the claim `job_workflow_ref` names it, which holds names alone."""
        return f"{self.owner}/{self.name}/.github/workflows/{file}@{ref}"


def provider_arn(account_id: str) -> str:
    """The account's OIDC provider for GitHub's tokens, made once by hand: see docs/deploy-pipeline.md."""
    return f"arn:aws:iam::{account_id}:oidc-provider/{ISSUER}"


def trust_policy(account_id: str, repository: Repository, duty: Duty, layer: str, environment: str) -> Any:
    """Return the trust policy of the role of one GitHub environment."""
    github_environment = name_of(duty, layer, environment)
    if duty is Duty.DRIFT:
        return trust_of_main(account_id, repository, github_environment)
    claim = f"{ISSUER}:job_workflow_ref"
    if duty is Duty.DEPLOY or environment == REVIEWED:
        only = {"StringEquals": {claim: repository.workflow("deploy-layer.yml", REF)}}
    else:
        only = {"StringLike": {claim: repository.workflow("preview.yml", "refs/pull/*/merge")}}
    return _trust(account_id, repository, github_environment, only)


def trust_of_main(account_id: str, repository: Repository, github_environment: str) -> Any:
    """Return the trust policy of a role for a job that is in no reusable workflow.

    Only for these GitHub promises the claim which names the workflow; here the branch must do.
    """
    return _trust(account_id, repository, github_environment, {"StringEquals": {f"{ISSUER}:ref": REF}})


def _trust(
    account_id: str, repository: Repository, github_environment: str, only: dict[str, dict[str, str]]
) -> Any:
    subject = f"repo:{repository}:environment:{github_environment}"
    exact = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject, **only.get("StringEquals", {})}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "GitHubEnvironment",
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn(account_id)},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {**only, "StringEquals": exact},
            }
        ],
    }
