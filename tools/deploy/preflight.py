"""Check that the account's quota allows the reserved concurrency in the settings.

AWS refuses a reservation that leaves fewer than 100 unreserved executions, in the middle of a deployment.
``python -m tools.deploy.preflight dev`` checks before.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from shared.infra import stems
from shared.infra.arns import REGION
from shared.infra.bundling import ROOT
from shared.infra.layers import layer
from shared.infra.naming import Names
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MINIMUM_UNRESERVED = 100
CONCURRENT_EXECUTIONS_QUOTA = "L-B99A9384"


class PreflightError(RuntimeError):
    """A deployment would fail midway."""


@dataclass(frozen=True)
class Quota:
    """The account's concurrency quota."""

    limit: int
    unreserved: int


def wanted_concurrency(environment: str, stacks: Path = ROOT / "stacks") -> Mapping[str, int]:
    """Return function name -> reserved concurrency from an environment's settings.

    Raises:
        PreflightError: A settings file or a key is missing.
    """
    wanted = {}
    for layer_name, functions in stems.FUNCTIONS.items():
        file = stacks / layer_name / f"Pulumi.{environment}.yaml"
        if not file.is_file():
            raise PreflightError(f"{file} does not exist: copy Pulumi.dev.yaml and set its values")
        config: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
        project = layer(layer_name).project
        names = Names(config.get(f"{project}:environment_suffix", environment))
        for function in functions:
            key = f"{project}:{function}_reserved_concurrency"
            if key not in config:
                raise PreflightError(f"{file}: {key} is missing")
            wanted[names.function(function)] = int(config[key])
    return wanted


def account_quota(client: "LambdaClient") -> Quota:
    """Return the account's limit and its unreserved concurrency."""
    limits = client.get_account_settings()["AccountLimit"]
    return Quota(limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"])


def held_concurrency(client: "LambdaClient", functions: Mapping[str, int]) -> int:
    """Return the concurrency that the environment's functions have reserved already."""
    held = 0
    for name in functions:
        try:
            held += client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0)
        except client.exceptions.ResourceNotFoundException:
            continue
    return held


def check(wanted: Mapping[str, int], quota: Quota, held: int) -> str:
    """Return a line that confirms the check.

    Raises:
        PreflightError: The quota is too low; says how to increase it.
    """
    total = sum(wanted.values())
    left = quota.unreserved + held - total
    if left < MINIMUM_UNRESERVED:
        needed = quota.limit + MINIMUM_UNRESERVED - left
        listed = ", ".join(f"{name} {share}" for name, share in wanted.items())
        raise PreflightError(
            f"The settings reserve {total} concurrent executions ({listed}). The account allows "
            f"{quota.limit} in {REGION}, of which {quota.unreserved + held} are available to this "
            f"environment, and AWS keeps {MINIMUM_UNRESERVED} unreserved. Request at least {needed} (free "
            "of charge), and deploy when it is granted:\n"
            f"  aws service-quotas request-service-quota-increase --region {REGION} --service-code lambda "
            f"--quota-code {CONCURRENT_EXECUTIONS_QUOTA} --desired-value {needed}"
        )
    return (
        f"reserved concurrency: {total} requested, account limit {quota.limit}, {left} left for other "
        "functions"
    )


def main() -> int:
    """Check an environment against the account of the current AWS credentials."""
    parser = Parser(prog="python -m tools.deploy.preflight", description=main.__doc__)
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    environment = parser.parse_args().environment
    try:
        wanted = wanted_concurrency(environment)
        client = boto3.client("lambda", region_name=REGION)
        print(check(wanted, account_quota(client), held_concurrency(client, wanted)))
    except PreflightError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(
            f"AWS did not answer: {error}. `aws sts get-caller-identity` must return the account, and the "
            "caller needs lambda:GetAccountSettings and lambda:GetFunctionConcurrency.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(ended("preflight", main, on_interrupt=NOTHING_CHANGED))
