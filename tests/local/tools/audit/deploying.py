"""The embedded AWS with deployers on it: roles with the generated policies, and layers deployed by them."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from emulator.address import Emulator
from emulator.cloud.account import ACCOUNT_ID
from emulator.provider.cloud import Cloud, shared_session
from tools.audit.deployer_rights.deployer import Duty, deployers
from tools.deploy.program_runner.recorded import LayerRun
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.project import STACKS
from tools.local.engine import layer_run
from tools.local.engine.layer_request import LayerRequest
from tools.local.engine.state import StateStore
from tools.local.engine.teardown import destroy_layer

ENVIRONMENT = "dev"
LOCAL_PROVIDER_LISTS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ListsOfTheLocalProvider",
            "Effect": "Allow",
            "Action": [
                "cloudwatch:ListDashboards",
                "ec2:DescribeManagedPrefixLists",
                "ec2:GetManagedPrefixListEntries",
                "events:ListRules",
                "sns:ListTopics",
                "sqs:ListQueues",
            ],
            "Resource": "*",
        }
    ],
}
"""What the embedded AWS's provider looks at, and the real one does not: it finds what a broken run left."""


class RoleCloud(Cloud):
    """The way to the emulator as a role's session."""

    def __init__(self, emulator: Emulator, keys: Mapping[str, str]) -> None:
        super().__init__(
            emulator.endpoint,
            gateway=emulator.gateway,
            account_id=emulator.account_id,
            region=emulator.region,
            access_key_id=keys["AccessKeyId"],
            secret_access_key=keys["SecretAccessKey"],
        )
        self._session_token = keys["SessionToken"]

    def _make(self, service: str) -> Any:
        return shared_session().client(  # type: ignore[call-overload]
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._keys[0],
            aws_secret_access_key=self._keys[1],
            aws_session_token=self._session_token,
            config=Config(retries={"total_max_attempts": 1}),
        )


@dataclass(frozen=True)
class Account:
    """The embedded AWS as its administrator sees it."""

    run_directory: Path
    emulator: Emulator

    def take_on(self, layer: str, duty: Duty = Duty.DEPLOY, run: LayerRun | None = None) -> Cloud:
        """Make the deployer's role with its policies as files hold them, and act as it.

        `run` is what the layer registers, unless it is what it registers with its own settings.
        """
        deployment = deploy_all(ENVIRONMENT)
        recorded = run or deployment.runs[layer]
        (deployer,) = (
            each for each in deployers(recorded, deployment.suffix, ACCOUNT_ID) if each.duty is duty
        )
        iam = self.emulator.client("iam")
        role = self._role(iam, deployer.role_name)
        policies = {**deployer.policies, f"{deployer.role_name}-lists": LOCAL_PROVIDER_LISTS}
        for name, document in policies.items():
            arn = f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"
            known = {each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]}
            if arn not in known:
                iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
            iam.attach_role_policy(RoleName=deployer.role_name, PolicyArn=arn)
        keys = self.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="deployer")[
            "Credentials"
        ]
        return RoleCloud(self.emulator, keys)

    def _role(self, iam: Any, name: str) -> str:
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        if name not in {each["RoleName"] for each in iam.list_roles()["Roles"]}:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"

    def deploy(self, layer: str, cloud: Cloud, overrides: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Deploy a layer as whoever `cloud` is; the exit code, and what was told."""
        request = LayerRequest(
            operation="deploy",
            layer=layer,
            directory=str(STACKS / layer),
            stack=ENVIRONMENT,
            run_directory=str(self.run_directory),
            module=f"stacks.{layer}.program",
            overrides=dict(overrides or {}),
        )
        told = io.StringIO()
        with _as_whoever(cloud):
            code = layer_run.run_layer(request, told)
        return code, told.getvalue()

    def destroy(self, layer: str, cloud: Cloud) -> int:
        """Delete a layer's resources as whoever `cloud` is."""
        store = StateStore(self.run_directory, ENVIRONMENT, self.emulator.instance_id)
        return destroy_layer(store, cloud, layer)


@contextmanager
def _as_whoever(cloud: Cloud) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cloud, "of", classmethod(lambda *_: cloud))
        yield
