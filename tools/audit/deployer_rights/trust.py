"""Who takes a deployer's role on: one GitHub environment of one repository, by OIDC, with no stored key.

Source: "Configuring OpenID Connect in Amazon Web Services" in GitHub's documentation (subject claim of a job
that names an environment); "Create a role for OpenID Connect federation" in the IAM user guide.
"""

import re
from typing import Any

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


class RepositoryError(ValueError):
    """Not a repository of GitHub in the form OWNER/NAME."""


def provider_arn(account_id: str) -> str:
    """The account's OIDC provider for GitHub's tokens, made once by hand: see docs/deploy-pipeline.md."""
    return f"arn:aws:iam::{account_id}:oidc-provider/{ISSUER}"


def subject(repository: str, environment: str) -> str:
    """Return the subject of the tokens that GitHub gives to jobs of an environment.

    Raises:
        RepositoryError: `repository` is not OWNER/NAME; a wildcard in it would trust strangers.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise RepositoryError(
            f"{repository!r} is no repository: give OWNER/NAME, for example acme/fraud-pipeline"
        )
    return f"repo:{repository}:environment:{environment}"


def trust_policy(account_id: str, repository: str, environment: str) -> dict[str, Any]:
    """Return the trust policy of the role of one GitHub environment."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "GitHubEnvironment",
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn(account_id)},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": AUDIENCE,
                        f"{ISSUER}:sub": subject(repository, environment),
                    }
                },
            }
        ],
    }
