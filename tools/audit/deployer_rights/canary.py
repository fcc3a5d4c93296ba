"""The role of the nightly job that sends a synthetic fraud (`make canary`), made with those of the deployers.

It is made before anything is deployed, so that it names neither the API's id nor the key's: the stage's name
and what is encrypted tell them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tools.audit.deployer_rights.documents import Document, managed_policies
from tools.audit.deployer_rights.grants import Conditions, Grant, both
from tools.audit.deployer_rights.trust import Repository, trust_of_main
from tools.deploy.outputs import Outputs
from tools.deploy.pipeline.environments import canary_of
from tools.deploy.program_runner.recorded import Deployment
from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID
from tools.deploy.target import Target
from tools.operate.smoke.rights import canary_policy

_KEY: Final = "AWS numbers its keys; the encryption context in the condition says which data it opens"
_REASONS: Final = {
    "SendTransactions": "AWS numbers its APIs; the stage bears the environment's name",
    "ReadEncryptedItems": _KEY,
    "EncryptTheMail": _KEY,
    "CountThatItPassed": "each run writes a stream of its own",
}


@dataclass(frozen=True)
class Canary:
    """The role, with what it may do."""

    environment: str
    grants: tuple[Grant, ...]

    @property
    def role_name(self) -> str:
        """The role's name, which the workflow computes in the same way."""
        return f"fraud-canary-{self.environment}"

    @property
    def does(self) -> str:
        """What its job is for, in a heading."""
        return f"sends synthetic frauds through {self.environment}"

    @property
    def github_environment(self) -> str:
        """The GitHub environment whose job takes the role on."""
        return canary_of(self.environment)

    @property
    def policies(self) -> dict[str, Document]:
        """Its managed policies by name."""
        return managed_policies(self.role_name, self.grants)

    def trust(self, account_id: str, repository: str) -> Any:
        """Who may take the role on.

        Raises:
            RepositoryError: `repository` is not OWNER@ID/NAME@ID.
        """
        return trust_of_main(account_id, Repository.parse(repository), self.github_environment)


def canary(deployment: Deployment, account_id: str) -> Canary:
    """Return the role for one environment, from what its programs export."""
    environment = next(iter(deployment.runs.values())).environment
    exports = {name: run.outputs for name, run in deployment.runs.items()}
    target = _without_ids(Target.of(Outputs(environment, exports)), account_id)
    return Canary(environment, tuple(_grants(target, account_id)))


def _without_ids(target: Target, account_id: str) -> Target:
    path = target.transactions_url.partition(".")[2]
    return replace(
        target,
        account_id=account_id,
        key_arn=f"arn:aws:kms:{target.region}:{account_id}:key/*",
        transactions_url=f"https://*.{path}",
    )


def _grants(target: Target, account_id: str) -> Iterator[Grant]:
    tables = (target.transactions_table_name, target.profiles_table_name, target.alerts_table_name)
    encrypted: Mapping[str, Conditions] = {
        "ReadEncryptedItems": {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": tables}},
        "EncryptTheMail": {
            "StringEquals": {
                "kms:EncryptionContext:aws:sns:topicArn": (
                    target.operations_alarms_topic_arn.replace(ACCOUNT_ID, account_id),
                )
            }
        },
    }
    for each in canary_policy(target)["Statement"]:
        given = {
            operator: {key: tuple(_listed(values)) for key, values in keys.items()}
            for operator, keys in each.get("Condition", {}).items()
        }
        yield Grant(
            each["Sid"],
            tuple(each["Action"]),
            tuple(resource.replace(ACCOUNT_ID, account_id) for resource in each["Resource"]),
            both(given, encrypted.get(each["Sid"], {})),
            reason=_REASONS.get(each["Sid"], ""),
        )


def _listed(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values
