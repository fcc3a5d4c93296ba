"""The most that any role of the pipeline may do: the policy that `roles_boundary` names.

Whoever writes a role's rights and runs code under it has whatever he writes there. A boundary takes that
away: it holds what the roles of all layers hold together and nothing else, and no deployer may change it.

Source: "Permissions boundaries for IAM entities" in the IAM user guide: a role may do what both its policies
and its boundary allow.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.infra.iam import NETWORK_INTERFACES_POLICY, TRACING_POLICY
from tools.audit.deployer_rights.documents import POLICY_LIMIT, Document, size
from tools.audit.deployer_rights.grants import GrantError
from tools.deploy.program_runner.recorded import Deployment, Resource
from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID

OF_AWS: Mapping[str, Sequence[str]] = {
    NETWORK_INTERFACES_POLICY: (
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:UnassignPrivateIpAddresses",
    ),
    TRACING_POLICY: (
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
}
"""What the policies of AWS that roles have allow, on "*" ("AWS managed policy reference")."""


def name_of(environment: str) -> str:
    """Return what the boundary of an environment is called."""
    return f"fraud-roles-boundary-{environment}"


def boundary(deployment: Deployment, account_id: str) -> Document:
    """What the roles of all layers may do together, each service's actions on that service's resources.

    Raises:
        GrantError: it does not fit into one policy, or a role has a policy of AWS that is not known here.
    """
    together: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for statement in _allowed(deployment):
        conditions = json.dumps(statement.get("Condition", {}), sort_keys=True)
        for action in _listed(statement["Action"]):
            actions, resources = together.setdefault((action.partition(":")[0], conditions), (set(), set()))
            actions.add(action)
            resources.update(_resource(each, account_id) for each in _listed(statement["Resource"]))
    document: Document = {
        "Version": "2012-10-17",
        "Statement": [
            _statement(number, actions, resources, json.loads(conditions))
            for number, ((_, conditions), (actions, resources)) in enumerate(
                sorted(together.items()), start=1
            )
        ],
    }
    if size(document) > POLICY_LIMIT:
        raise GrantError(f"the boundary has {size(document)} characters, AWS allows {POLICY_LIMIT}")
    return document


def _allowed(deployment: Deployment) -> Iterator[Mapping[str, Any]]:
    for policy in deployment.of_type("iam/rolePolicy:RolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            if statement["Effect"] == "Allow":
                yield statement
    for attachment in deployment.of_type("iam/rolePolicyAttachment:RolePolicyAttachment"):
        yield {"Action": list(_of_aws(attachment)), "Resource": "*"}


def _of_aws(attachment: Resource) -> Sequence[str]:
    policy = attachment.inputs["policyArn"]
    if policy not in OF_AWS:
        raise GrantError(
            f"{attachment} attaches {policy}: write down in tools/audit/deployer_rights what it allows"
        )
    return OF_AWS[policy]


def _resource(arn: str, account_id: str) -> str:
    """An ARN in the account; what AWS numbers (a key, a stream) by its kind, for the recording made it up."""
    here = arn.replace(ACCOUNT_ID, account_id)
    if ":key/" in here:
        return f"{here.partition(':key/')[0]}:key/*"
    if "/stream/" in here:
        return f"{here.partition('/stream/')[0]}/stream/*"
    return here


def _statement(
    number: int, actions: set[str], resources: set[str], conditions: Mapping[str, Any]
) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": f"{min(actions).partition(':')[0].capitalize()}{number}",
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
    }
    return {**statement, **({"Condition": conditions} if conditions else {})}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
