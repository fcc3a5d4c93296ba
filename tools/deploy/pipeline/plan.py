"""Which layers have changed since each was last deployed to an environment.

Counted from the last deployment that succeeded, not from the last push: a run that failed, was rejected, or
was replaced by a newer one while it waited loses nothing.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from shared.infra.layers import deployment_order
from tools.deploy.pipeline.paths import makes_up
from tools.deploy.project import ROOT

Ask = Callable[[str], Any]
"""From a path of GitHub's REST API, below the repository, to the answer."""
Changed = Callable[[str], frozenset[str] | None]
"""From a commit to the files that differ from it now; None where the commit is not known."""


class GitHubError(RuntimeError):
    """GitHub did not answer; says what was asked."""


def layers_to_deploy(environment: str, ask: Ask, changed: Changed) -> Iterator[str]:
    """Yield the layers to deploy to an environment, in order."""
    for each in deployment_order():
        commit = last_deployed(f"{environment}-{each.name}", ask)
        files = changed(commit) if commit else None
        if files is None or any(makes_up(each.name, path) for path in files):
            yield each.name


def last_deployed(github_environment: str, ask: Ask) -> str | None:
    """The commit of the newest deployment to a GitHub environment that succeeded; None where none did."""
    for deployment in ask(f"deployments?environment={github_environment}&per_page=100"):
        statuses = ask(f"deployments/{deployment['id']}/statuses?per_page=100")
        if any(status["state"] == "success" for status in statuses):
            return str(deployment["sha"])
    return None


def ask_github(path: str) -> Any:
    """GitHub's answer, by its own CLI, which every runner has and which finds token and repository itself.

    Raises:
        GitHubError: it refuses, or there is no such CLI.
    """
    try:
        answer = subprocess.run(
            ["gh", "api", f"repos/{{owner}}/{{repo}}/{path}"], capture_output=True, text=True, check=True
        )
    except FileNotFoundError as error:
        raise GitHubError("`gh`, the GitHub CLI, is not on PATH") from error
    except subprocess.CalledProcessError as error:
        raise GitHubError(f"{path}: {error.stderr.strip()}") from error
    return json.loads(answer.stdout)


def changed_since(commit: str) -> frozenset[str] | None:
    """The files that differ between a commit and what is checked out; None where the commit is not known."""
    done = subprocess.run(
        ["git", "diff", "--name-only", "-z", "--no-renames", commit, "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode else frozenset(filter(None, done.stdout.split("\0")))
