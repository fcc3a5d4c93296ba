"""What the doctor says of a repository on GitHub, by what GitHub answers."""

from collections.abc import Mapping
from typing import Any

import pytest

from tools.deploy.doctor.github import on_github
from tools.deploy.pipeline.environments import environments
from tools.deploy.pipeline.plan import GitHubError

SUBJECT = {"use_default": True, "use_immutable_subject": True, "sub_claim_prefix": "repo:acme@1/fraud@2"}
REVIEWERS = {"type": "required_reviewers", "reviewers": [{"type": "Team"}]}
MAIN_ALONE = {"protected_branches": False, "custom_branch_policies": True}


class GitHub:
    """Answers as a repository that is set up by docs/deploy-pipeline.md, but for what a test changes."""

    def __init__(self, environment: str, subject: Mapping[str, Any] = SUBJECT) -> None:
        self.subject = subject
        self.branches = {each.name: ["main"] for each in environments(environment) if each.main_alone}
        self.environments = {
            each.name: {
                "name": each.name,
                "protection_rules": [REVIEWERS] if each.reviewed else [],
                "deployment_branch_policy": MAIN_ALONE if each.main_alone else None,
            }
            for each in environments(environment)
        }

    def __call__(self, path: str) -> Any:
        if path.startswith("actions/"):
            return self.subject
        if path.startswith("environments?"):
            return {"environments": list(self.environments.values())}
        names = self.branches[path.split("/")[1]]
        return {"branch_policies": [{"name": name} for name in names]}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_what_is_set_up_as_documented_is_fine(environment: str) -> None:
    findings = list(on_github(environment, GitHub(environment)))
    assert [each.mark for each in findings] == ["ok", "ok"]
    assert "repo:acme@1/fraud@2" in findings[0].text


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ({"use_default": True}, "use_immutable_subject=true"),
        ({"use_default": True, "use_immutable_subject": False}, "use_immutable_subject=true"),
        ({**SUBJECT, "use_default": False, "include_claim_keys": ["repo"]}, "customised"),
    ],
)
def test_a_token_that_no_role_takes_is_told(subject: Mapping[str, Any], says: str) -> None:
    finding, _ = on_github("dev", GitHub("dev", subject))
    assert finding.mark == "x"
    assert says in finding.text


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("prod-data", {"protection_rules": []}, "prod-data has no required reviewers"),
        (
            "prod-data-look",
            {"deployment_branch_policy": None},
            "prod-data-look accepts deployments from branches other",
        ),
        (
            "prod-data-drift",
            {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}},
            "prod-data-drift accepts deployments from branches other",
        ),
    ],
)
def test_an_environment_without_its_rules_is_told(name: str, change: Mapping[str, Any], says: str) -> None:
    github = GitHub("prod")
    github.environments[name].update(change)
    _, finding = on_github("prod", github)
    assert finding.mark == "!"
    assert says in finding.text


def test_a_further_branch_and_a_missing_environment_are_told() -> None:
    github = GitHub("prod")
    github.branches["prod-compute"].append("release/*")
    del github.environments["prod-network"]
    _, finding = on_github("prod", github)
    assert "prod-compute accepts deployments from branches other than main" in finding.text
    assert "prod-network does not exist" in finding.text


def test_where_github_does_not_answer_the_rest_is_still_checked() -> None:
    def refuses(path: str) -> Any:
        raise GitHubError(f"{path}: no token")

    (finding,) = on_github("dev", refuses)
    assert finding.mark == "!"
