"""GitHub environments of the deploy pipeline, with purpose and protection rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.infra.layers import deployment_order

MAIN = "main"
REVIEWED = "prod"
"""The environment that requires a review, and that pull requests cannot access."""


class Duty(StrEnum):
    """Purpose of a job: deploy a layer, preview it, or detect drift."""

    DEPLOY = "deploy"
    LOOK = "look"
    DRIFT = "drift"


@dataclass(frozen=True)
class GitHubEnvironment:
    """A GitHub environment and its protection rules."""

    name: str
    main_alone: bool
    """Whether only `main` may be deployed."""
    reviewed: bool
    """Whether a reviewer must approve."""


def name_of(duty: Duty, layer: str, environment: str) -> str:
    """Return the name of the GitHub environment for a duty."""
    base = f"{environment}-{layer}"
    return base if duty is Duty.DEPLOY else f"{base}-{duty}"


def canary_of(environment: str) -> str:
    """Return the name of the GitHub environment of the canary."""
    return f"{environment}-canary"


def environments(environment: str) -> Iterator[GitHubEnvironment]:
    """Yield all GitHub environments of an environment."""
    reviewed = environment == REVIEWED
    for layer in deployment_order():
        for duty in Duty:
            yield GitHubEnvironment(
                name_of(duty, layer.name, environment),
                main_alone=reviewed or duty is not Duty.LOOK,
                reviewed=reviewed and duty is Duty.DEPLOY,
            )
    yield GitHubEnvironment(canary_of(environment), main_alone=True, reviewed=False)
