"""Checks of the deploy pipeline on GitHub: OIDC subject and environment protection.

Sources: "REST API endpoints for GitHub Actions OIDC", "REST API endpoints for deployment environments" and
"... for deployment branch policies" in GitHub's documentation.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.deploy.doctor.finding import Finding, failure, ok, warning
from tools.deploy.pipeline.environments import MAIN, GitHubEnvironment, environments
from tools.deploy.pipeline.plan import Ask, GitHubError, ask_github

_SUBJECT = "actions/oidc/customization/sub"
_MEND = "docs/deploy-pipeline.md has the commands"


def on_github(environment: str, ask: Ask = ask_github) -> Iterator[Finding]:
    """Yield the findings about the repository; a single warning if GitHub is not available."""
    try:
        yield _subject(ask(_SUBJECT))
        found = {each["name"]: each for each in ask("environments?per_page=100")["environments"]}
        problems = [
            problem
            for each in environments(environment)
            for problem in _problems(each, found.get(each.name), ask)
        ]
    except GitHubError as error:
        yield warning("GitHub", f"not known, and needed if GitHub deploys: {str(error).splitlines()[0]}")
        return
    if problems:
        yield warning("GitHub", "\n".join([*problems, _MEND]))
    else:
        yield ok("GitHub", "environments require the expected branches and reviewers")


def _subject(template: Mapping[str, Any]) -> Finding:
    """Check the format of OIDC subjects: the roles trust `repo:OWNER@ID/NAME@ID:environment:...`."""
    if not template.get("use_default", True):
        text = "the subject of OIDC tokens is customised: the roles trust only the default"
        return failure("GitHub", f"{text}. {_MEND}")
    if not template.get("use_immutable_subject"):
        return failure(
            "GitHub",
            "OIDC tokens name the repository without its id. The roles reject its jobs, because a "
            "repository\nthat takes over the name would be accepted. Turn on the immutable subject:\n"
            f"gh api --method PUT 'repos/{{owner}}/{{repo}}/{_SUBJECT}' "
            "-F use_default=true -F use_immutable_subject=true",
        )
    prefix = template.get("sub_claim_prefix") or "repo:OWNER@ID/NAME@ID"
    return ok("GitHub", f"OIDC tokens name the repository by its id: {prefix}")


def _problems(wanted: GitHubEnvironment, found: Mapping[str, Any] | None, ask: Ask) -> Iterator[str]:
    if found is None:
        yield f"environment {wanted.name} does not exist"
        return
    rules = {rule["type"]: rule for rule in found.get("protection_rules", [])}
    if wanted.reviewed and not rules.get("required_reviewers", {}).get("reviewers"):
        yield f"environment {wanted.name} has no required reviewers"
    if wanted.main_alone and not _main_alone(wanted.name, found.get("deployment_branch_policy"), ask):
        yield f"environment {wanted.name} accepts deployments from branches other than {MAIN}"


def _main_alone(name: str, policy: Mapping[str, Any] | None, ask: Ask) -> bool:
    if not policy or not policy.get("custom_branch_policies"):
        return False
    listed = ask(f"environments/{name}/deployment-branch-policies")["branch_policies"]
    return [each["name"] for each in listed] == [MAIN]
