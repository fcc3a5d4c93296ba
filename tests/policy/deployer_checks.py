"""What a deployer's policies must not allow, each as a check from its statements to what is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from tests.policy.checks.iam import MANAGED_POLICIES
from tests.support.harness import deploy_all
from tools.audit.deployer_rights.deployer import Deployer, Duty, deployers
from tools.deploy.program_runner.recorded import LayerRun

ACCOUNT = "210987654321"
Statement = Mapping[str, Any]
Check = Callable[[Deployer, list[Statement]], Iterator[str]]


def run_of(layer: str, environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs[layer]


@cache
def deployer(layer: str, duty: Duty, environment: str = "dev") -> Deployer:
    deployment = deploy_all(environment)
    (found,) = (
        each for each in deployers(deployment.runs[layer], deployment.suffix, ACCOUNT) if each.duty is duty
    )
    return found


def statements(of: Deployer) -> list[Statement]:
    found = [each for document in of.policies.values() for each in document["Statement"]]
    assert found
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def keys_of(statement: Statement) -> set[str]:
    return {key for keys in statement.get("Condition", {}).values() for key in keys}


def actions_are_exact(_: Deployer, found: list[Statement]) -> Iterator[str]:
    for each in found:
        yield from (
            action for action in listed(each["Action"]) if not re.fullmatch(r"[a-z0-9-]+:\w+", action)
        )


ONLY_LOOKS = re.compile(r"[a-z0-9-]+:(Describe|List|Get)\w+")
UNBOUNDED: Mapping[str, str] = {
    "kms:CreateKey": "aws:RequestTag/Layer",
    "lambda:CreateEventSourceMapping": "lambda:FunctionArn",
    "sns:SetSubscriptionAttributes": "aws:RequestedRegion",
    "sns:Unsubscribe": "aws:RequestedRegion",
}
"""Actions that change something and have no resource-level form, and what bounds each of them."""


def everything_is_only_looked_at(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """The resource "*" is for actions that only look, in the region; few others have no narrower form."""
    for each in found:
        if "*" in listed(each["Resource"]):
            for action in listed(each["Action"]):
                bound = "aws:RequestedRegion" if ONLY_LOOKS.fullmatch(action) else UNBOUNDED.get(action)
                if bound not in keys_of(each):
                    yield f"{each['Sid']}: {action} on everything"


UNTAGGED: Mapping[str, str] = {
    "ec2:DeleteNetworkInterface": "network-interface/*",
    "route53:AssociateVPCWithHostedZone": "hostedzone/*",
    "lambda:ListTags": "event-source-mapping:*",
    "apigateway:POST": "/requestvalidators",
    "apigateway:GET": "/requestvalidators",
    "apigateway:PATCH": "/requestvalidators",
    "apigateway:DELETE": "/requestvalidators",
}
"""What may be done to a kind of resource although no tag says whose it is."""
BINDING = ("aws:RequestTag/Layer", "aws:ResourceTag/Layer", "lambda:FunctionArn")


def kinds_are_bound_by_tags(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """A resource that AWS numbers is known in its kind alone: its tags, or the new one's, must be ours."""
    for each in found:
        for resource in listed(each["Resource"]):
            if resource == "*" or "*" not in resource or "log-group:" in resource:
                continue
            for action in listed(each["Action"]):
                untagged = action in UNTAGGED and UNTAGGED[action] in resource
                if not untagged and not keys_of(each).intersection(BINDING):
                    yield f"{each['Sid']}: {action} on any {resource}"


def foreign_things_cannot_be_claimed(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """Whoever may tag anything makes it his own: tags go on what is his, what is new, or what is nobody's."""
    tagging = {
        "ec2:CreateTags": "ec2:CreateAction",
        "kms:TagResource": "aws:ResourceTag/Layer",
        "apigateway:PUT": "aws:ResourceTag/Layer",
    }
    for each in found:
        for action in set(listed(each["Action"])) & tagging.keys():
            by_kind = any("*" in resource for resource in listed(each["Resource"]))
            if by_kind and not keys_of(each) & {tagging[action], "aws:ResourceTag/Layer"}:
                yield f"{each['Sid']}: {action} on what belongs to others"


IDENTITY_ACTIONS = frozenset(
    {
        *("GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags"),
        *("ListInstanceProfilesForRole", "CreateRole", "UpdateRole", "UpdateRoleDescription", "DeleteRole"),
        *("TagRole", "UntagRole", "PutRolePolicy", "DeleteRolePolicy"),
        *("AttachRolePolicy", "DetachRolePolicy", "PassRole", "CreateServiceLinkedRole"),
        "PutRolePermissionsBoundary",
    }
)


def rights_are_given_to_own_roles_alone(of: Deployer, found: list[Statement]) -> Iterator[str]:
    """IAM only on the roles that the layer registers; never on users, policies, or the deployer itself."""
    run = run_of(of.layer, of.environment)
    own = {f"arn:aws:iam::{ACCOUNT}:role/{role.inputs['name']}" for role in run.of_type("iam/role:Role")}
    for each in found:
        for action in listed(each["Action"]):
            service, _, name = action.partition(":")
            if service == "sts" or (service == "iam" and name not in IDENTITY_ACTIONS):
                yield f"{each['Sid']}: {action}"
            if service != "iam" or name == "CreateServiceLinkedRole":
                continue
            if foreign := [resource for resource in listed(each["Resource"]) if resource not in own]:
                yield f"{each['Sid']}: {action} on {foreign}"


def roles_are_written_within_their_boundary(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """Whatever gives a role rights, on the condition that the role has its own boundary."""
    writing = {"CreateRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"}
    writing |= {"PutRolePermissionsBoundary"}
    for each in found:
        for action in set(listed(each["Action"])) & {f"iam:{name}" for name in writing}:
            boundary = each.get("Condition", {}).get("ArnEquals", {}).get("iam:PermissionsBoundary")
            own = {
                re.sub(r":role/(.+)-(\w+)$", r":policy/\1-boundary-\2", a) for a in listed(each["Resource"])
            }
            if own != {boundary}:
                yield f"{each['Sid']}: {action} within {boundary or 'no boundary'}"


def no_layer_no_place_outside_the_network(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """A function takes no code of another account's layer, and is made in subnets."""
    for each in found:
        without = each.get("Condition", {}).get("Null", {})
        actions = set(listed(each["Action"]))
        if actions & {"lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"} and (
            without.get("lambda:Layer") != "true"
        ):
            yield f"{each['Sid']}: any layer"
        if "lambda:CreateFunction" in actions and without.get("lambda:SubnetIds") != "false":
            yield f"{each['Sid']}: a function outside of the network"


def alerts_go_to_known_addresses(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """Whoever may subscribe any address reads every alert."""
    for each in found:
        exact = each.get("Condition", {}).get("StringEquals", {})
        if "sns:Subscribe" in listed(each["Action"]) and not exact.get("sns:Endpoint"):
            yield f"{each['Sid']}: subscribes anybody"


def targets_are_known(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """Every stored transaction goes to the rule's targets."""
    for each in found:
        if "events:PutTargets" in listed(each["Action"]) and "events:TargetArn" not in keys_of(each):
            yield f"{each['Sid']}: sends events anywhere"


def alarms_only_tell(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """An alarm may stop instances and start functions; these send messages to the project's own topics."""
    for each in found:
        actions = (
            each.get("Condition", {}).get("ForAllValues:StringEquals", {}).get("cloudwatch:AlarmActions")
        )
        if "cloudwatch:PutMetricAlarm" in listed(each["Action"]) and not (
            actions and all(f":{ACCOUNT}:" in arn and ":sns:" in arn for arn in listed(actions))
        ):
            yield f"{each['Sid']}: alarms that do {actions or 'anything'}"


def roles_are_handed_to_one_service(_: Deployer, found: list[Statement]) -> Iterator[str]:
    for each in found:
        services = each.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
        if "iam:PassRole" in listed(each["Action"]) and services not in {
            "lambda.amazonaws.com",
            "pipes.amazonaws.com",
        }:
            yield f"{each['Sid']}: hands roles to {services}"


def only_known_policies_are_attached(_: Deployer, found: list[Statement]) -> Iterator[str]:
    for each in found:
        policy = each.get("Condition", {}).get("ArnEquals", {}).get("iam:PolicyARN")
        if "iam:AttachRolePolicy" in listed(each["Action"]) and policy not in MANAGED_POLICIES:
            yield f"{each['Sid']}: attaches {policy or 'any policy'}"


def data_is_not_read(_: Deployer, found: list[Statement]) -> Iterator[str]:
    """A deployer makes tables, queues and functions; it does not use them."""
    uses = re.compile(
        r"dynamodb:(Get|Put|Update|Delete|BatchGet|BatchWrite)Item|dynamodb:(Query|Scan)|sqs:(Send|Receive)\w+"
        r"|sns:Publish|lambda:Invoke\w+|events:PutEvents|logs:(GetLogEvents|FilterLogEvents)|execute-api:\w+"
    )
    for each in found:
        yield from (f"{each['Sid']}: {a}" for a in listed(each["Action"]) if uses.fullmatch(a))


CHECKS: tuple[Check, ...] = (
    actions_are_exact,
    everything_is_only_looked_at,
    kinds_are_bound_by_tags,
    foreign_things_cannot_be_claimed,
    rights_are_given_to_own_roles_alone,
    roles_are_handed_to_one_service,
    only_known_policies_are_attached,
    roles_are_written_within_their_boundary,
    no_layer_no_place_outside_the_network,
    alerts_go_to_known_addresses,
    targets_are_known,
    alarms_only_tell,
    data_is_not_read,
)


def planted(action: str, resource: str, **condition: Any) -> Statement:
    """One statement of a policy, for a test to judge."""
    statement: dict[str, Any] = {"Sid": "Planted", "Effect": "Allow", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})
