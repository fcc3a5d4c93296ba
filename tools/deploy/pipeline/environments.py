"""GitHub's environments of this pipeline: what each is for, what it may run, and who approves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.infra.layers import deployment_order

MAIN = "main"
REVIEWED = "prod"
"""The environment that is deployed after a review, and that no pull request's code may see."""


class Duty(StrEnum):
    """What a job of an environment does: deploy a layer, preview it, or look for drift."""

    DEPLOY = "deploy"
    LOOK = "look"
    DRIFT = "drift"


@dataclass(frozen=True)
class GitHubEnvironment:
    """One environment, and the rules that it needs."""

    name: str
    main_alone: bool
    """Runs the code of `main` and of no other branch."""
    reviewed: bool
    """Waits for a reviewer."""


def name_of(duty: Duty, layer: str, environment: str) -> str:
    """The GitHub environment whose jobs have the duty."""
    base = f"{environment}-{layer}"
    return base if duty is Duty.DEPLOY else f"{base}-{duty}"


def canary_of(environment: str) -> str:
    """The GitHub environment whose job sends synthetic frauds."""
    return f"{environment}-canary"


def environments(environment: str) -> Iterator[GitHubEnvironment]:
    """Every GitHub environment of one environment."""
    reviewed = environment == REVIEWED
    for layer in deployment_order():
        for duty in Duty:
            yield GitHubEnvironment(
                name_of(duty, layer.name, environment),
                main_alone=reviewed or duty is not Duty.LOOK,
                reviewed=reviewed and duty is Duty.DEPLOY,
            )
    yield GitHubEnvironment(canary_of(environment), main_alone=True, reviewed=False)
