"""The three roles for a layer in one environment: one deploys it, one previews it, one looks for drift."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.audit.deployer_rights.documents import Document, managed_policies, merged
from tools.audit.deployer_rights.grants import Grant, Scope
from tools.audit.deployer_rights.rows import grants
from tools.audit.deployer_rights.trust import Repository, trust_policy
from tools.deploy.pipeline.environments import Duty, name_of
from tools.deploy.program_runner.recorded import LayerRun

__all__ = ["Deployer", "Duty", "deployers"]

DECRYPTS = "kms:Decrypt"
_DOES = {Duty.DEPLOY: "deploys", Duty.LOOK: "previews", Duty.DRIFT: "looks for drift of"}


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
    def does(self) -> str:
        """What its jobs are for, in a heading."""
        return f"{_DOES[self.duty]} layer {self.layer} in {self.environment}"

    @property
    def github_environment(self) -> str:
        """The GitHub environment whose jobs take the role on."""
        return name_of(self.duty, self.layer, self.environment)

    @property
    def policies(self) -> dict[str, Document]:
        """Its managed policies by name."""
        return managed_policies(self.role_name, self.grants)

    def trust(self, account_id: str, repository: str) -> Any:
        """Who may take the role on.

        Raises:
            RepositoryError: `repository` is not OWNER@ID/NAME@ID.
        """
        return trust_policy(account_id, Repository.parse(repository), self.duty, self.layer, self.environment)


def deployers(run: LayerRun, suffix: str, account_id: str) -> Sequence[Deployer]:
    """Return the roles for one layer, from what its program registered.

    Raises:
        UnlistedTypeError: a registered type has no row in the table.
    """
    scope = Scope(run.layer, suffix, account_id)
    everything = tuple(merged(grants(scope, run)))
    reads = tuple(grant for grant in everything if grant.reads)
    found = {Duty.DEPLOY: everything, Duty.LOOK: tuple(_without_secrets(reads)), Duty.DRIFT: reads}
    return [Deployer(run.layer, run.environment, duty, rights) for duty, rights in found.items()]


def _without_secrets(reads: Sequence[Grant]) -> Iterator[Grant]:
    """A preview compares the program with the state; it needs no setting of a function in the clear."""
    for grant in reads:
        actions = tuple(action for action in grant.actions if action != DECRYPTS)
        if actions:
            yield replace(grant, actions=actions)
