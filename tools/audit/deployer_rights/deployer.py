"""The two roles of a layer's owner in one environment: one that deploys it, one that only looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.audit.deployer_rights.documents import Document, documents, merged
from tools.audit.deployer_rights.grants import Grant, Scope
from tools.audit.deployer_rights.rows import grants
from tools.audit.deployer_rights.trust import trust_policy
from tools.deploy.program_runner.recorded import LayerRun


class Duty(StrEnum):
    """What a role is for: to deploy, or to preview and look for drift."""

    DEPLOY = "deploy"
    LOOK = "look"


@dataclass(frozen=True)
class Deployer:
    """A role that a workflow takes on, with what it may do."""

    layer: str
    environment: str
    duty: Duty
    grants: tuple[Grant, ...]

    @property
    def role_name(self) -> str:
        """The role's name, which the workflows compute in the same way."""
        return f"fraud-{self.duty}-{self.layer}-{self.environment}"

    @property
    def github_environment(self) -> str:
        """The GitHub environment whose jobs take the role on."""
        base = f"{self.environment}-{self.layer}"
        return base if self.duty is Duty.DEPLOY else f"{base}-look"

    @property
    def policies(self) -> dict[str, Document]:
        """Its managed policies by name."""
        return {
            f"{self.role_name}-{number}": document
            for number, document in enumerate(documents(self.grants), start=1)
        }

    @property
    def writes_unbounded_roles(self) -> bool:
        """Whether it may give a role any right: the layer has roles, and no boundary bounds them."""
        writing = [grant for grant in self.grants if "iam:PutRolePolicy" in grant.actions]
        return any(not grant.conditions for grant in writing)

    def trust(self, account_id: str, repository: str) -> dict[str, Any]:
        """Who may take the role on."""
        return trust_policy(account_id, repository, self.github_environment)


def deployers(run: LayerRun, suffix: str, account_id: str) -> Sequence[Deployer]:
    """Return the roles for one layer, from what its program registered.

    Raises:
        UnlistedTypeError: a registered type has no row in the table.
    """
    scope = Scope(run.layer, suffix, account_id)
    everything = tuple(merged(grants(scope, run)))
    only_looks = tuple(grant for grant in everything if grant.reads)
    return [
        Deployer(run.layer, run.environment, Duty.DEPLOY, everything),
        Deployer(run.layer, run.environment, Duty.LOOK, only_looks),
    ]
