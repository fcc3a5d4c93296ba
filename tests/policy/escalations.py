"""Published privilege escalation paths in AWS, each as the rights that it needs.

Sources: Rhino Security Labs, "AWS IAM Privilege Escalation - Methods and Mitigation" (numbers 1 to 21) and
its "Part 2" (22 to 28); Bishop Fox, "IAM Vulnerable"; Hacking the Cloud, "AWS IAM Privilege Escalation
Techniques"; "Actions, resources, and condition keys" in the service authorization reference.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.infra.layers import LAYERS
from tests.policy.deployer_checks import ACCOUNT
from tools.audit.deployer_rights.deployer import Duty

Context = Mapping[str, tuple[str, ...]]
REGION: Context = {"aws:requestedregion": ("us-east-1",)}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STRANGER = "999999999999"


@dataclass(frozen=True)
class Right:
    """A right that an escalation path needs, on a resource that leads to more rights."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def iam(action: str, kind: str, name: str, **context: str) -> Right:
    named = {key.replace("__", ":"): (value,) for key, value in context.items()}
    return Right(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:{kind}/{name}", named)


def passing(role: str, service: str) -> Right:
    return iam("PassRole", "role", role, iam__passedtoservice=service)


def boundary(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{role.removesuffix('-dev')}-boundary-dev"


def of(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}"


def tagged(layer: str, on: str = "resource") -> Context:
    """Return the tags of a layer, on the resource or, with `request`, given by the call."""
    return {f"aws:{on}tag/layer": (layer,), f"aws:{on}tag/environment": ("dev",)}


FUNCTION_ROLES = ("ingest-role-dev", "detector-role-dev", "verdicts-role-dev", "notifier-role-dev")
FUNCTIONS = tuple(of("lambda", f"function:{role[:-9]}-function-dev") for role in FUNCTION_ROLES)
ROLES = (*FUNCTION_ROLES, "pipe-role-dev")
DEPLOYERS = tuple(f"fraud-{duty}-{layer}-dev" for duty in Duty for layer in LAYERS)
POWERFUL = ("administrator", *DEPLOYERS)
"""Roles with more rights than the pipeline's: the administrator of any account, and the deployers."""
OWN_POLICIES = tuple(f"{name}-1" for name in DEPLOYERS) + tuple(f"{r[:-4]}-boundary-dev" for r in ROLES)

Ways = Mapping[str, tuple[tuple[Right, ...], ...]]
"""Path -> alternatives; each lists all the rights that it needs."""


def each(*rights: Right) -> tuple[tuple[Right, ...], ...]:
    return tuple((right,) for right in rights)


WAYS: Ways = {
    "1 CreatePolicyVersion": each(*(iam("CreatePolicyVersion", "policy", name) for name in OWN_POLICIES)),
    "2 SetDefaultPolicyVersion": each(
        *(iam("SetDefaultPolicyVersion", "policy", name) for name in OWN_POLICIES)
    ),
    "3 PassRole, RunInstances": tuple(
        (passing(role, "ec2.amazonaws.com"), Right("ec2:RunInstances", of("ec2", "instance/*"), REGION))
        for role in (*ROLES, *POWERFUL)
    ),
    "4 CreateAccessKey": each(iam("CreateAccessKey", "user", "administrator")),
    "5 CreateLoginProfile": each(iam("CreateLoginProfile", "user", "administrator")),
    "6 UpdateLoginProfile": each(iam("UpdateLoginProfile", "user", "administrator")),
    "7 AttachUserPolicy": each(
        iam("AttachUserPolicy", "user", "administrator", iam__policyarn=ADMINISTRATOR)
    ),
    "8 AttachGroupPolicy": each(
        iam("AttachGroupPolicy", "group", "administrators", iam__policyarn=ADMINISTRATOR)
    ),
    "9 AttachRolePolicy": each(
        *(
            iam(
                "AttachRolePolicy",
                "role",
                role,
                iam__policyarn=ADMINISTRATOR,
                iam__permissionsboundary=within,
            )
            for role in (*ROLES, *POWERFUL)
            for within in (boundary(role), ADMINISTRATOR)
        )
    ),
    "10 PutUserPolicy": each(iam("PutUserPolicy", "user", "administrator")),
    "11 PutGroupPolicy": each(iam("PutGroupPolicy", "group", "administrators")),
    "12 PutRolePolicy on a role without its boundary": each(
        *(iam("PutRolePolicy", "role", role) for role in (*ROLES, *POWERFUL)),
        *(
            iam("PutRolePolicy", "role", role, iam__permissionsboundary=boundary(other))
            for role, other in itertools.permutations(ROLES, 2)
        ),
    ),
    "13 AddUserToGroup": each(iam("AddUserToGroup", "group", "administrators")),
    "14 UpdateAssumeRolePolicy": each(
        *(iam("UpdateAssumeRolePolicy", "role", role) for role in (*ROLES, *POWERFUL))
    ),
    "15 PassRole, CreateFunction, InvokeFunction": tuple(
        (
            passing(role, "lambda.amazonaws.com"),
            Right("lambda:CreateFunction", function, REGION),
        )
        for role in POWERFUL
        for function in (of("lambda", "function:mine"), *FUNCTIONS)
    ),
    "15 InvokeFunction": each(*(Right("lambda:InvokeFunction", function) for function in FUNCTIONS)),
    "16 PassRole, CreateFunction, CreateEventSourceMapping": each(
        Right(
            "lambda:CreateEventSourceMapping",
            "*",
            {**REGION, "lambda:functionarn": (of("lambda", "function:mine"),)},
        )
    ),
    "18 PassRole, CreateDevEndpoint": tuple(
        (passing(role, "glue.amazonaws.com"), Right("glue:CreateDevEndpoint", "*", REGION))
        for role in (*ROLES, *POWERFUL)
    ),
    "19 UpdateDevEndpoint": each(Right("glue:UpdateDevEndpoint", of("glue", "devEndpoint/x"), REGION)),
    "20 PassRole, CreateStack": tuple(
        (
            passing(role, "cloudformation.amazonaws.com"),
            Right("cloudformation:CreateStack", of("cloudformation", "stack/mine/*"), REGION),
        )
        for role in (*ROLES, *POWERFUL)
    ),
    "21 PassRole, CreatePipeline": tuple(
        (
            passing(role, "datapipeline.amazonaws.com"),
            Right("datapipeline:CreatePipeline", of("datapipeline", "pipeline/*"), REGION),
        )
        for role in (*ROLES, *POWERFUL)
    ),
    "22 UpdateFunctionConfiguration with a foreign layer": each(
        *(
            Right(
                f"lambda:{action}",
                function,
                {
                    **REGION,
                    "lambda:layer": (f"arn:aws:lambda:us-east-1:{STRANGER}:layer:theirs:1",),
                    "lambda:subnetids": ("subnet-1",),
                },
            )
            for function in FUNCTIONS
            for action in ("UpdateFunctionConfiguration", "CreateFunction")
        )
    ),
    "23 PassRole, CreateNotebookInstance": tuple(
        (passing(role, "sagemaker.amazonaws.com"), Right("sagemaker:CreateNotebookInstance", "*", REGION))
        for role in (*ROLES, *POWERFUL)
    ),
    "24 CreatePresignedNotebookInstanceUrl": each(
        Right("sagemaker:CreatePresignedNotebookInstanceUrl", of("sagemaker", "notebook-instance/x"), REGION)
    ),
    "25 PassRole, CreateJob": tuple(
        (passing(role, "glue.amazonaws.com"), Right("glue:CreateJob", "*", REGION)) for role in ROLES
    ),
    "26 CodeStar CreateProject": each(Right("codestar:CreateProject", "*", REGION)),
    "27 AssociateTeamMember": each(Right("codestar:AssociateTeamMember", "*", REGION)),
    "28 AssumeRole": each(*(Right("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/{r}") for r in POWERFUL)),
    "CreateUser": each(iam("CreateUser", "user", "friend")),
    "CreatePolicy": each(iam("CreatePolicy", "policy", "mine")),
    "CreateRole under another name": each(iam("CreateRole", "role", "mine")),
    "CreateRole without its boundary": each(
        *(iam("CreateRole", "role", role) for role in ROLES),
        *(iam("CreateRole", "role", role, iam__permissionsboundary=ADMINISTRATOR) for role in ROLES),
    ),
    "DeleteRolePermissionsBoundary": each(
        *(
            iam("DeleteRolePermissionsBoundary", "role", r, iam__permissionsboundary=boundary(r))
            for r in ROLES
        )
    ),
    "PutRolePermissionsBoundary of another kind": each(
        *(iam("PutRolePermissionsBoundary", "role", r, iam__permissionsboundary=ADMINISTRATOR) for r in ROLES)
    ),
    "a permission for everybody": each(
        *(
            Right(
                "lambda:AddPermission",
                function,
                {"lambda:principal": (who,)},
            )
            for function in FUNCTIONS
            for who in ("*", STRANGER, "s3.amazonaws.com")
        )
    ),
    "a subscription of any address": each(
        *(
            Right(
                "sns:Subscribe", of("sns", topic), {"sns:protocol": (protocol,), "sns:endpoint": (endpoint,)}
            )
            for topic in ("fraud-alerts-topic-dev", "operations-alarms-topic-dev")
            for protocol, endpoint in (
                ("email", "attacker@example.org"),
                ("https", "https://example.org"),
                ("sqs", f"arn:aws:sqs:us-east-1:{STRANGER}:theirs"),
            )
        )
    ),
    "a rule's target elsewhere": each(
        Right(
            "events:PutTargets",
            of("events", "rule/transactions-bus-dev/transaction-stored-rule-dev"),
            {"events:targetarn": (f"arn:aws:events:us-east-1:{STRANGER}:event-bus/theirs",)},
        )
    ),
    "an alarm that does more than tell": each(
        *(
            Right(
                "cloudwatch:PutMetricAlarm",
                of("cloudwatch", "alarm:mail-failures-alarm-dev"),
                {"cloudwatch:alarmactions": (of("sns", "operations-alarms-topic-dev"), does)},
            )
            for does in (
                "arn:aws:automate:us-east-1:ec2:terminate",
                of("lambda", "function:theirs"),
                f"arn:aws:sns:us-east-1:{STRANGER}:theirs",
            )
        )
    ),
    "a function outside of the network": each(
        *(Right("lambda:CreateFunction", function, REGION) for function in FUNCTIONS)
    ),
    "decrypt by the key itself": each(
        Right(
            "kms:Decrypt",
            of("kms", "key/1"),
            tagged("network"),
        )
    ),
}
