"""An embedded AWS on which each layer is deployed by the roles that are generated for it."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from emulator.address import Emulator
from emulator.provider.cloud import Cloud
from tools.audit.deployer_rights.deployer import Deployer, Duty, deployers
from tools.deploy.program_runner.recorded import LayerRun
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.project import STACKS
from tools.local.engine import layer_run
from tools.local.engine.layer_request import LayerRequest
from tools.local.engine.state import StateStore
from tools.local.engine.teardown import destroy_layer

LOCAL_PROVIDER_READS: Final = (
    "cloudwatch:ListDashboards",
    "ec2:DescribeManagedPrefixLists",
    "ec2:GetManagedPrefixListEntries",
    "events:ListRules",
    "sns:ListTopics",
    "sqs:GetQueueUrl",
    "sqs:ListQueues",
)
"""What the embedded AWS's provider looks at, and the real one does not: it finds what a broken run left."""


@dataclass(frozen=True)
class Account:
    """The embedded AWS as its administrator sees it."""

    run_directory: Path
    emulator: Emulator
    environment: str = "dev"

    def deployer(self, layer: str, duty: Duty, run: LayerRun | None = None) -> Deployer:
        """Return one of the roles for a layer.

        Args:
            layer: The layer.
            duty: What the role is for.
            run: What the layer registers, unless it is what it registers with its own settings.
        """
        deployment = deploy_all(self.environment)
        found = deployers(run or deployment.runs[layer], deployment.suffix, self.emulator.account_id)
        return next(each for each in found if each.duty is duty)

    def take_on(self, layer: str, duty: Duty = Duty.DEPLOY, run: LayerRun | None = None) -> Cloud:
        """Make a deployer's role with its policies as files hold them, and act as it; see `deployer`."""
        deployer = self.deployer(layer, duty, run)
        iam = self.emulator.client("iam")
        role = self._role(iam, deployer.role_name)
        reads = {"Effect": "Allow", "Action": list(LOCAL_PROVIDER_READS), "Resource": "*"}
        local = {"Version": "2012-10-17", "Statement": [{"Sid": "LocalProviderReads", **reads}]}
        known = {each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]}
        for name, document in {**deployer.policies, f"{deployer.role_name}-reads": local}.items():
            arn = f"arn:aws:iam::{self.emulator.account_id}:policy/{name}"
            if arn not in known:
                iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
            iam.attach_role_policy(RoleName=deployer.role_name, PolicyArn=arn)
        session = self.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="deployer")
        return Cloud.of_session(self.emulator, session["Credentials"])

    def _role(self, iam: Any, name: str) -> str:
        root = f"arn:aws:iam::{self.emulator.account_id}:root"
        trusted = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}
        if name not in {each["RoleName"] for each in iam.list_roles()["Roles"]}:
            trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return f"arn:aws:iam::{self.emulator.account_id}:role/{name}"

    def deploy(self, layer: str, cloud: Cloud, overrides: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Deploy a layer as whoever `cloud` is; the exit code, and what was told."""
        return self.run("deploy", layer, cloud, overrides)

    def run(
        self,
        operation: Literal["deploy", "preview", "drift"],
        layer: str,
        cloud: Cloud,
        overrides: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Deploy, preview or compare a layer as whoever `cloud` is; the exit code, and what was told."""
        request = LayerRequest(
            operation=operation,
            layer=layer,
            directory=str(STACKS / layer),
            stack=self.environment,
            run_directory=str(self.run_directory),
            module=f"stacks.{layer}.program",
            overrides=dict(overrides or {}),
        )
        told = io.StringIO()
        return layer_run.run_layer(request, told, cloud), told.getvalue()

    @property
    def store(self) -> StateStore:
        """The engine's state of the environment."""
        return StateStore(self.run_directory, self.environment, self.emulator.instance_id)

    def destroy(self, layer: str, cloud: Cloud) -> int:
        """Delete a layer's resources as whoever `cloud` is."""
        return destroy_layer(self.store, cloud, layer)
