"""Every policy that the programs write: no wildcard, named callers, valid, no more than is needed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.policy.checks.registry import check, every, setting, texts
from tests.support.recorded import Estate, Resource

POLICY_INPUTS: Mapping[tuple[str, str], str] = {
    ("iam/role:Role", "assumeRolePolicy"): "trust",
    ("iam/rolePolicy:RolePolicy", "policy"): "identity",
    ("sqs/queuePolicy:QueuePolicy", "policy"): "resource",
    ("sns/topicPolicy:TopicPolicy", "policy"): "resource",
    ("ec2/vpcEndpoint:VpcEndpoint", "policy"): "resource",
    ("apigateway/restApi:RestApi", "policy"): "resource",
    ("kms/key:Key", "policy"): "key",
}
"""Inputs that hold a policy, and the kind of each."""

MANAGED_POLICIES = frozenset(
    {
        "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess",
        "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    }
)
"""The two policies of AWS that every function's role has, for three actions without a resource-level form."""

KEY = "key"

LEAST_PRIVILEGE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "ingest-role": {"dynamodb:PutItem": frozenset({"table/transactions"}), "kms:Decrypt": frozenset({KEY})},
    "detector-role": {
        "dynamodb:BatchGetItem": frozenset({"table/profiles-table"}),
        "dynamodb:PutItem": frozenset({"table/profiles-table"}),
        "dynamodb:Query": frozenset({"table/profiles-table/index/changes-index"}),
        "dynamodb:UpdateItem": frozenset({"table/transactions"}),
        "sqs:SendMessage": frozenset({"suspicious-queue", "detector-dlq"}),
        "kms:Decrypt": frozenset({KEY}),
        "kms:GenerateDataKey": frozenset({KEY}),
    },
    "verdicts-role": {
        "dynamodb:Query": frozenset({"table/transactions"}),
        "dynamodb:BatchGetItem": frozenset({"table/alerts-table", "table/profiles-table"}),
        "dynamodb:UpdateItem": frozenset({"table/alerts-table"}),
        "dynamodb:PutItem": frozenset({"table/profiles-table"}),
        "kms:Decrypt": frozenset({KEY}),
    },
    "notifier-role": {
        "dynamodb:UpdateItem": frozenset({"table/alerts-table"}),
        "sns:Publish": frozenset({"fraud-alerts-topic"}),
        "sqs:SendMessage": frozenset({"suspicious-queue"}),
        "sqs:ReceiveMessage": frozenset({"suspicious-queue"}),
        "sqs:DeleteMessage": frozenset({"suspicious-queue"}),
        "sqs:GetQueueAttributes": frozenset({"suspicious-queue"}),
        "kms:Decrypt": frozenset({KEY}),
        "kms:GenerateDataKey": frozenset({KEY}),
    },
    "pipe-role": {
        "dynamodb:DescribeStream": frozenset({"stream"}),
        "dynamodb:GetRecords": frozenset({"stream"}),
        "dynamodb:GetShardIterator": frozenset({"stream"}),
        "dynamodb:ListStreams": frozenset({"stream"}),
        "events:PutEvents": frozenset({"event-bus/transactions-bus"}),
        "sqs:SendMessage": frozenset({"pipe-dlq"}),
        "kms:Decrypt": frozenset({KEY}),
        "kms:GenerateDataKey": frozenset({KEY}),
    },
}
"""For each role, every action that it may do and on what; writing to the own log stream is checked apart."""


@dataclass(frozen=True)
class Document:
    """A policy and where it stands."""

    resource: Resource
    kind: str
    content: Mapping[str, Any]

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.content["Statement"]
        return found

    def __str__(self) -> str:
        return str(self.resource)


def documents(estate: Estate) -> list[Document]:
    """Every policy that the programs write."""
    found = [
        Document(resource, kind, json.loads(resource.inputs[key]))
        for (type_, key), kind in POLICY_INPUTS.items()
        for resource in estate.of_type(type_)
        if resource.inputs.get(key)
    ]
    kinds = {each.kind for each in found}
    assert kinds == {"trust", "identity", "resource", "key"}, f"policies of some kinds are missing: {kinds}"
    return found


@check
def every_policy_is_known(estate: Estate) -> Iterator[str]:
    """No policy stands where these checks do not look: not inline in a role, not in an unlisted type."""
    for resource in estate.resources:
        for key, value in resource.inputs.items():
            is_policy = isinstance(value, str) and '"Statement"' in value
            if is_policy and (resource.type.removeprefix("aws:"), key) not in POLICY_INPUTS:
                yield f"{resource}: {key} is a policy that no check reads"
        for key in ("inlinePolicies", "managedPolicyArns"):
            if resource.inputs.get(key):
                yield f"{resource}: {key} is set, use a resource of its own"


@check
def policies_are_well_formed(estate: Estate) -> Iterator[str]:
    """Every policy has today's version, and every statement an effect, actions and a Sid of its own."""
    for document in documents(estate):
        if document.content.get("Version") != "2012-10-17":
            yield f"{document}: version is {document.content.get('Version')!r}"
        sids = [statement.get("Sid") for statement in document.statements]
        if not sids or None in sids or len(set(sids)) != len(sids):
            yield f"{document}: Sids are {sids}"
        for statement in document.statements:
            if statement.get("Effect") not in {"Allow", "Deny"} or not texts(statement.get("Action")):
                yield f"{document}: {statement.get('Sid')} has no effect or no action"
            if {"NotAction", "NotResource", "NotPrincipal"} & statement.keys():
                yield f"{document}: {statement.get('Sid')} says what it does not mean"


@check
def no_action_is_a_wildcard(estate: Estate) -> Iterator[str]:
    """Every statement lists exact actions."""
    for document in documents(estate):
        for statement in document.statements:
            if wild := [
                action for action in texts(statement.get("Action")) if "*" in action or "?" in action
            ]:
                yield f"{document}: {statement.get('Sid')} is about {wild}"


LOG_STREAM = re.compile(r"arn:aws:logs:us-east-1:\d{12}:log-group:/aws/lambda/[a-z0-9-]+:log-stream:\*")
OWN_INTERFACES = re.compile(r"arn:aws:ec2:us-east-1:\d{12}:\*/\*")


@check
def no_resource_is_a_wildcard(estate: Estate) -> Iterator[str]:
    """Resources are exact ARNs, but for three forms.

    A log stream's name is AWS's own, so that a prefix under the exact log group stands for it; the Deny on
    network interfaces covers all of them; and in a key policy "*" is how AWS writes "this key".
    """
    for document in documents(estate):
        for statement in document.statements:
            resources = texts(statement.get("Resource"))
            if len(resources) == 0 and document.kind != "trust":
                yield f"{document}: {statement.get('Sid')} names no resource"
            for resource in resources:
                if not _is_exact(document.kind, statement["Effect"], resource):
                    yield f"{document}: {statement.get('Sid')} is about {resource!r}"


def _is_exact(kind: str, effect: str, resource: str) -> bool:
    if kind == "key":
        return resource == "*"
    if OWN_INTERFACES.fullmatch(resource):
        return effect == "Deny"
    wild = "*" in resource or "?" in resource
    return resource.startswith("arn:aws:") and (not wild or LOG_STREAM.fullmatch(resource) is not None)


@check
def nothing_is_allowed_to_anyone(estate: Estate) -> Iterator[str]:
    """An Allow names its callers: an account, a service bound to a source, or roles in a condition."""
    for document in documents(estate):
        for statement in document.statements:
            if statement["Effect"] != "Allow" or document.kind == "identity":
                continue
            principal, condition = statement.get("Principal"), json.dumps(statement.get("Condition") or {})
            if not principal:
                yield f"{document}: {statement.get('Sid')} names nobody"
                continue
            anyone = principal == "*" or "*" in texts(principal.get("AWS"))
            if anyone and "aws:PrincipalArn" not in condition:
                yield f"{document}: {statement.get('Sid')} allows anyone"
            if document.kind == "resource" and "Service" in principal and "aws:Source" not in condition:
                yield f"{document}: {statement.get('Sid')} serves {principal['Service']} for any account"


@check
def roles_are_assumed_by_one_service(estate: Estate) -> Iterator[str]:
    """Functions' roles trust Lambda alone, the pipe's role trusts Pipes for this one pipe."""
    functions = {setting(each, "role") for each in every(estate, "lambda/function:Function")}
    for document in documents(estate):
        if document.kind != "trust":
            continue
        wanted = "lambda.amazonaws.com" if document.resource.arn in functions else "pipes.amazonaws.com"
        for statement in document.statements:
            if statement["Principal"] != {"Service": wanted} or texts(statement["Action"]) != (
                "sts:AssumeRole",
            ):
                yield f"{document}: {statement['Principal']} may {statement['Action']}"
            if wanted.startswith("pipes") and "aws:SourceArn" not in json.dumps(
                statement.get("Condition") or {}
            ):
                yield f"{document}: any pipe of any account may assume it"


@check
def only_listed_managed_policies_are_attached(estate: Estate) -> Iterator[str]:
    """Every function's role has the two policies of AWS that Lambda demands; no role has any other."""
    attachments = [
        (setting(each, "role"), setting(each, "policyArn"))
        for each in every(estate, "iam/rolePolicyAttachment:RolePolicyAttachment")
    ]
    for role, policy in attachments:
        if policy not in MANAGED_POLICIES:
            yield f"{role}: has {policy}"
    functions = {setting(each, "role") for each in every(estate, "lambda/function:Function")}
    for role in every(estate, "iam/role:Role"):
        attached = [policy for name, policy in attachments if name == setting(role, "name")]
        wanted = MANAGED_POLICIES if role.arn in functions else frozenset()
        if set(attached) != wanted or len(attached) != len(wanted):
            yield f"{role}: managed policies are {attached}"


def _target(resource: str, suffix: str) -> str:
    """The part of an ARN that tells what it is, without account and suffix."""
    if resource.startswith("arn:aws:kms:"):
        return KEY
    if "/stream/" in resource:
        return "stream"
    kinds = resource.split(":", 5)[5].split("/")
    return "/".join(each.removesuffix(f"-{suffix}") for each in kinds)


@check
def roles_may_do_only_what_they_need(estate: Estate) -> Iterator[str]:
    """Each role's actions and their resources are exactly the listed ones."""
    granted: dict[str, dict[str, set[str]]] = {}
    for document in documents(estate):
        if document.kind != "identity":
            continue
        role = granted.setdefault(
            str(setting(document.resource, "role")).removesuffix(f"-{estate.suffix}"), {}
        )
        for statement in document.statements:
            if statement["Effect"] == "Allow":
                for action in texts(statement["Action"]):
                    role.setdefault(action, set()).update(
                        _target(resource, estate.suffix) for resource in texts(statement.get("Resource"))
                    )
    for role_name in sorted(granted.keys() | LEAST_PRIVILEGE.keys()):
        wanted, given = dict(LEAST_PRIVILEGE.get(role_name, {})), granted.get(role_name, {})
        if role_name != "pipe-role":
            function = role_name.removesuffix("-role")
            log = frozenset({f"log-group:/aws/lambda/{function}-function-{estate.suffix}:log-stream:*"})
            wanted |= {"logs:CreateLogStream": log, "logs:PutLogEvents": log}
        for action in sorted(wanted.keys() | given.keys()):
            if wanted.get(action, frozenset()) != given.get(action, set()):
                has, needs = sorted(given.get(action, ())), sorted(wanted.get(action, ()))
                yield f"{role_name}: {action} on {has}, needs {needs}"


@check
def key_use_is_bound_to_a_service(estate: Estate) -> Iterator[str]:
    """A role uses the key only by way of the service that keeps the data."""
    for document in documents(estate):
        if document.kind != "identity":
            continue
        for statement in document.statements:
            about_key = any(action.startswith("kms:") for action in texts(statement["Action"]))
            via = (statement.get("Condition") or {}).get("StringEquals", {}).get("kms:ViaService")
            if about_key and not re.fullmatch(r"(dynamodb|sqs|sns)\.us-east-1\.amazonaws\.com", str(via)):
                yield f"{document}: {statement['Sid']} uses the key by way of {via!r}"


@check
def code_cannot_touch_network_interfaces(estate: Estate) -> Iterator[str]:
    """A Deny on its own ARN takes from a function's code what AWS's managed policy gives to Lambda."""
    for function in every(estate, "lambda/function:Function"):
        role = str(setting(function, "role")).rsplit("/", 1)[-1]
        denied: set[str] = set()
        for document in documents(estate):
            if document.kind == "identity" and setting(document.resource, "role") == role:
                for statement in document.statements:
                    own = {"ArnEquals": {"lambda:SourceFunctionArn": function.arn}}
                    if statement["Effect"] == "Deny" and statement.get("Condition") == own:
                        denied |= set(texts(statement["Action"]))
        if not {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"} <= denied:
            yield f"{function}: its code may make and delete network interfaces"
