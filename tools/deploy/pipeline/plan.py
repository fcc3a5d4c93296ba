"""Which layers have changed since each was last deployed to an environment.

Changes count from the last successful deployment, not from the last push, so that a failed, rejected or
superseded run loses nothing.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from shared.infra.layers import deployment_order
from tools.deploy.pipeline.paths import makes_up
from tools.deploy.project import ROOT

Ask = Callable[[str], Any]
"""Queries a path of GitHub's REST API, relative to the repository."""
Changed = Callable[[str], frozenset[str] | None]
"""Returns the files changed since a commit; None if the commit is unknown."""


class GitHubError(RuntimeError):
    """A request to GitHub failed."""


def layers_to_deploy(environment: str, ask: Ask, changed: Changed) -> Iterator[str]:
    """Yield the layers to deploy to an environment, in order."""
    for each in deployment_order():
        commit = last_deployed(f"{environment}-{each.name}", ask)
        files = changed(commit) if commit else None
        if files is None or any(makes_up(each.name, path) for path in files):
            yield each.name


def last_deployed(github_environment: str, ask: Ask) -> str | None:
    """Return the commit of the last successful deployment to a GitHub environment, or None."""
    for deployment in ask(f"deployments?environment={github_environment}&per_page=100"):
        statuses = ask(f"deployments/{deployment['id']}/statuses?per_page=100")
        if any(status["state"] == "success" for status in statuses):
            return str(deployment["sha"])
    return None


def ask_github(path: str) -> Any:
    """Query GitHub by its CLI, which every runner has and which provides token and repository.

    Raises:
        GitHubError: The request failed, or there is no CLI.
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
    """Return the files that differ between a commit and the checkout; None if the commit is unknown."""
    done = subprocess.run(
        ["git", "diff", "--name-only", "-z", "--no-renames", commit, "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode else frozenset(filter(None, done.stdout.split("\0")))
