"""``make boundary-files``: write the roles' permissions boundaries anew from what the programs register.

A boundary allows what its role may do today and nothing else, and keeps the role's own Deny. Under one
boundary for all roles, a role could be given what another one has.

Source: "Permissions boundaries for IAM entities" in the IAM user guide: a role may do what both its policies
and its boundary allow.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.infra.iam import NETWORK_INTERFACES_POLICY, TRACING_POLICY
from tools.deploy.boundaries.documents import ACCOUNT_ID, FILES, SUFFIX
from tools.deploy.program_runner.recorded import Deployment, Resource
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID as RECORDED_ACCOUNT
from tools.terminal.ending import NOTHING_CHANGED, ended

LIMIT = 6144
"""Characters of a managed policy, white space not counted ("IAM and AWS STS quotas")."""

OF_AWS: Mapping[str, tuple[str, Sequence[str]]] = {
    NETWORK_INTERFACES_POLICY: (
        "NetworkInterfacesOfAws",
        (
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:UnassignPrivateIpAddresses",
        ),
    ),
    TRACING_POLICY: (
        "TracingOfAws",
        (
            "xray:GetSamplingRules",
            "xray:GetSamplingStatisticSummaries",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
    ),
}
"""What the policies of AWS that roles have allow, on "*" ("AWS managed policy reference")."""


class BoundaryError(ValueError):
    """A role that cannot be bounded; says which and why."""


def files(deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    """Layer, role and text of every boundary file, from what the programs register.

    Raises:
        BoundaryError: one does not fit into a policy, or a role has a policy of AWS that is not known here.
    """
    for role in deployment.of_type("iam/role:Role"):
        name = role.inputs["name"]
        document = {"Version": "2012-10-17", "Statement": list(statements(deployment, name))}
        text = _opened(json.dumps(document, indent=2), deployment.suffix)
        if len("".join(text.split())) > LIMIT:
            raise BoundaryError(f"the boundary of {name} is longer than the {LIMIT} characters of a policy")
        yield role.layer, name.removesuffix(f"-{deployment.suffix}"), f"{text}\n"


def statements(deployment: Deployment, role: str) -> Iterator[Mapping[str, Any]]:
    """All that a role is given: its own policies, and those of AWS that it has."""
    for policy in deployment.of_type("iam/rolePolicy:RolePolicy"):
        if policy.inputs["role"] == role:
            yield from json.loads(policy.inputs["policy"])["Statement"]
    for attachment in deployment.of_type("iam/rolePolicyAttachment:RolePolicyAttachment"):
        if attachment.inputs["role"] == role:
            sid, actions = _of_aws(attachment)
            yield {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}


def as_text(document: Mapping[str, Any]) -> str:
    """A policy as AWS takes it."""
    return json.dumps(document)


def _of_aws(attachment: Resource) -> tuple[str, Sequence[str]]:
    policy = attachment.inputs["policyArn"]
    if policy not in OF_AWS:
        raise BoundaryError(f"{attachment} attaches {policy}: write down in {__name__} what it allows")
    return OF_AWS[policy]


def _opened(text: str, suffix: str) -> str:
    """The text without account and suffix; what AWS numbers (a key, a stream) is known by its kind alone."""
    text = text.replace(RECORDED_ACCOUNT, ACCOUNT_ID)
    text = re.sub(r":key/[^\"]+", ":key/*", text)
    text = re.sub(r"/stream/[^\"]+", "/stream/*", text)
    return re.sub(rf"-{re.escape(suffix)}(?=[\"/:])", f"-{SUFFIX}", text)


def main() -> int:
    """Write every file."""
    try:
        written = list(files(deploy_all("dev")))
    except BoundaryError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for layer, role, text in written:
        path = FILES / layer / f"{role}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(FILES.parents[3]))
    return 0


if __name__ == "__main__":
    sys.exit(ended("boundary-files", main, on_interrupt=NOTHING_CHANGED))
