"""Policy documents whose statements refuse wildcards, and the AWS managed policies in use.

Creating a statement without actions, or with a wildcard action or resource, fails with its Sid. Trust
policies and key policies have their own builders: the former have no resource, and in the latter
``"Resource": "*"`` means "this key"
(https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi

from shared.infra.arns import REGION

NETWORK_INTERFACES_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
"""Lambda requires these actions to place a function in a VPC, and ``ec2:DescribeNetworkInterfaces`` has no
resource-level permissions."""

TRACING_POLICY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
"""``xray:PutTraceSegments`` and ``xray:PutTelemetryRecords`` have no resource-level permissions."""

Values = pulumi.Input[str] | Sequence[pulumi.Input[str]]
Conditions = Mapping[str, Mapping[str, Values]]
Principals = Mapping[Literal["AWS", "Service"], Values]

ANYONE: Principals = {"AWS": "*"}
"""For a Deny, or an Allow with a condition on ``aws:PrincipalArn``."""

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+")
_LOG_STREAMS = re.compile(r"arn:aws:logs:[^:*?]+:[^:*?]+:log-group:[^:*?]+:log-stream:\*")
"""The only wildcard in an Allow: Lambda names the streams of a function's log group."""


class PolicyError(ValueError):
    """A policy or statement breaks this project's rules."""


@dataclass(frozen=True)
class Statement:
    """A policy statement.

    Raises:
        PolicyError: A wildcard action, a wildcard resource in an Allow, or an Allow for anyone without a
            condition on the callers.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]] = ()
    principals: Principals | None = None
    conditions: Conditions = field(default_factory=dict)
    effect: Literal["Allow", "Deny"] = "Allow"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", self.sid):
            raise PolicyError(
                f"statement {self.sid!r}: a Sid holds letters and digits, and starts with a capital"
            )
        if not self.actions:
            raise PolicyError(f"statement {self.sid}: lists no action")
        for action in self.actions:
            if not _ACTION.fullmatch(action):
                raise PolicyError(
                    f"statement {self.sid}: {action!r} is not one exact action, like 'sqs:SendMessage'"
                )
        for resource in self.resources:
            if isinstance(resource, str):
                self._refuse_wildcard(resource)
        if self.effect == "Allow" and self._is_for_anyone() and not self._names_callers():
            raise PolicyError(f"statement {self.sid}: allows anyone; add a condition on aws:PrincipalArn")

    def _is_for_anyone(self) -> bool:
        named = (self.principals or {}).values()
        return any(isinstance(each, Sequence) and "*" in each for each in named)

    def _names_callers(self) -> bool:
        return any("aws:PrincipalArn" in keys for keys in self.conditions.values())

    def _refuse_wildcard(self, resource: str) -> None:
        if resource == "*":
            raise PolicyError(f'statement {self.sid}: the resource "*" is everything; name the ARNs')
        if self.effect == "Deny" or not ("*" in resource or "?" in resource):
            return
        if not _LOG_STREAMS.fullmatch(resource):
            raise PolicyError(
                f"statement {self.sid}: resource {resource!r} has a wildcard; only the "
                f"streams of one log group may"
            )

    def render(self, resource: Sequence[pulumi.Input[str]] | str | None) -> dict[str, Any]:
        """Return the statement as IAM JSON, with ``resource`` if given."""
        rendered: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            rendered["Principal"] = dict(self.principals)
        rendered["Action"] = list(self.actions)
        if resource is not None:
            rendered["Resource"] = resource if isinstance(resource, str) else list(resource)
        if self.conditions:
            rendered["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return rendered

    def check_resolved(self, resources: Sequence[str]) -> None:
        """Apply the checks of ``__post_init__`` to ARNs that are only known now."""
        for resource in resources:
            self._refuse_wildcard(resource)


def document(*statements: Statement) -> pulumi.Output[str]:
    """Return a policy for an identity, queue, topic or endpoint as JSON.

    Raises:
        PolicyError: A statement has no resources, or a Sid repeats; once resolved, an ARN is a wildcard.
    """
    _refuse_duplicates(statements)
    for statement in statements:
        if not statement.resources:
            raise PolicyError(f"statement {statement.sid}: names no resource")

    def check(rendered: list[dict[str, Any]]) -> str:
        for statement, each in zip(statements, rendered, strict=True):
            statement.check_resolved(each["Resource"])
        return _dump(rendered)

    return pulumi.Output.from_input([each.render(each.resources) for each in statements]).apply(check)


def key_policy(*statements: Statement) -> pulumi.Output[str]:
    """Return a KMS key policy as JSON; ``"Resource": "*"`` means the key itself.

    Raises:
        PolicyError: A statement has resources or no principal, or a Sid repeats.
    """
    _refuse_duplicates(statements)
    for statement in statements:
        if statement.resources or statement.principals is None:
            raise PolicyError(
                f"statement {statement.sid}: in a key policy the resource is the key; name principals instead"
            )
    return pulumi.Output.from_input([each.render("*") for each in statements]).apply(_dump)


def trust(service: str, conditions: Conditions | None = None) -> pulumi.Output[str]:
    """Return the trust policy of a role for ``service``, such as ``lambda.amazonaws.com``."""
    statement = Statement(
        sid="Assume",
        actions=["sts:AssumeRole"],
        principals={"Service": service},
        conditions=conditions or {},
    )
    return pulumi.Output.from_input([statement.render(None)]).apply(_dump)


def tls_only(service: Literal["sqs", "sns"], resource: pulumi.Input[str]) -> Statement:
    """Deny message and subscription actions over unencrypted connections."""
    return Statement(
        sid="DenyUnencryptedTransport",
        effect="Deny",
        principals=ANYONE,
        actions=_RESOURCE_ACTIONS[service],
        resources=[resource],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


_RESOURCE_ACTIONS: Mapping[str, Sequence[str]] = {
    "sqs": (
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:PurgeQueue",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
    ),
    "sns": (
        "sns:Publish",
        "sns:Subscribe",
        "sns:GetTopicAttributes",
        "sns:SetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:AddPermission",
        "sns:RemovePermission",
        "sns:DeleteTopic",
    ),
}
"""Actions denied without TLS. A queue policy statement has at most seven (AddPermission in the SQS API
reference): those on messages. A topic has those of its default policy."""


def through(
    key_arn: pulumi.Input[str], service: Literal["dynamodb", "sns", "sqs"], *actions: str
) -> Statement:
    """Return the permission to use the key for data at rest, only through one service."""
    return Statement(
        sid=f"KeyThrough{service.capitalize()}",
        actions=actions,
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}},
    )


def _refuse_duplicates(statements: Sequence[Statement]) -> None:
    sids = [each.sid for each in statements]
    if not sids:
        raise PolicyError("a policy needs at least one statement")
    if repeated := sorted({sid for sid in sids if sids.count(sid) > 1}):
        raise PolicyError(f"Sids must differ within a policy: {', '.join(repeated)} repeated")


def _dump(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
