"""The AWS calls of each function from inside the VPC, for its role policy and the VPC endpoint policies.

Calls that Lambda makes on a function's behalf (polling a queue, sending to an on-failure destination) do not
pass through the VPC and are defined in the layer that configures them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi

from shared.infra import stems
from shared.infra.arns import Arns
from shared.infra.iam import ANYONE, Conditions, Statement, through
from shared.runtime.changes import Changed

Service = Literal["dynamodb", "sns", "sqs"]


@dataclass(frozen=True)
class Call:
    """A function's use of a resource."""

    function: str
    service: Service
    target: str
    actions: tuple[str, ...]
    key_actions: tuple[str, ...]
    """KMS actions that the service performs on the caller's behalf."""
    verb: str = "Uses"
    keys: tuple[str, ...] = ()
    """Patterns for partition keys, of which one must match; empty for any key."""
    index: str = ""
    """Index of the target that is read."""

    @property
    def sid(self) -> str:
        """``DetectorUsesSuspiciousQueue``."""
        return f"{self.function.capitalize()}{self.verb}{self.target.title().replace('-', '')}"

    @property
    def conditions(self) -> Conditions:
        """Return the policy conditions: the partition key of each item must match a pattern.

        ForAllValues alone is also true for a call without keys
        (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
        """
        if not self.keys:
            return {}
        fits: Conditions = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": self.keys}}
        # AWS does not document leading keys for an index: they must match if present.
        return fits if self.index else {**fits, "Null": {"dynamodb:LeadingKeys": "false"}}

    def target_arn(self, arns: Arns) -> pulumi.Output[str]:
        """Return the ARN of the resource, computed from its name."""
        if self.index:
            return arns.index(self.target, self.index)
        of_service = {"dynamodb": arns.table, "sns": arns.topic, "sqs": arns.queue}
        return of_service[self.service](self.target)


_DYNAMODB_KEY = ("kms:Decrypt",)
_MESSAGE_KEY = ("kms:GenerateDataKey", "kms:Decrypt")

CALLS: Sequence[Call] = (
    Call(stems.INGEST, "dynamodb", stems.TRANSACTIONS, ("dynamodb:PutItem",), _DYNAMODB_KEY),
    # The detector adds its decision to the item conditionally; it reads transactions from events only.
    Call(stems.DETECTOR, "dynamodb", stems.TRANSACTIONS, ("dynamodb:UpdateItem",), _DYNAMODB_KEY),
    Call(
        stems.DETECTOR,
        "dynamodb",
        stems.PROFILES,
        ("dynamodb:BatchGetItem",),
        _DYNAMODB_KEY,
        "Reads",
        (
            "account#*",
            "merchant#*",
            "uses#*",
            "population#sample#*",
            "population#risk#*",
            "rules#*",
        ),
    ),
    Call(
        stems.DETECTOR,
        "dynamodb",
        stems.PROFILES,
        ("dynamodb:Query",),
        _DYNAMODB_KEY,
        "ListsControlsOf",
        (Changed.CONTROLS.value,),
        stems.CHANGES_INDEX,
    ),
    # No payment may change people's decisions or their history.
    Call(
        stems.DETECTOR,
        "dynamodb",
        stems.PROFILES,
        ("dynamodb:PutItem",),
        _DYNAMODB_KEY,
        "Writes",
        ("account#*", "aside#*", "uses#*", "population#sample#*"),
    ),
    Call(stems.DETECTOR, "sqs", stems.SUSPICIOUS_QUEUE, ("sqs:SendMessage",), _MESSAGE_KEY),
    Call(stems.VERDICTS, "dynamodb", stems.TRANSACTIONS, ("dynamodb:Query",), _DYNAMODB_KEY),
    # TransactWriteItems needs the permission for each write in it.
    Call(
        stems.VERDICTS,
        "dynamodb",
        stems.ALERTS,
        ("dynamodb:BatchGetItem", "dynamodb:UpdateItem"),
        _DYNAMODB_KEY,
    ),
    Call(
        stems.VERDICTS,
        "dynamodb",
        stems.PROFILES,
        ("dynamodb:BatchGetItem",),
        _DYNAMODB_KEY,
        "Reads",
        ("account#*", "merchant#*", "population#risk#*", "controls#*", "rules#*", "waiting#*"),
    ),
    Call(
        stems.VERDICTS,
        "dynamodb",
        stems.PROFILES,
        ("dynamodb:PutItem",),
        _DYNAMODB_KEY,
        "Writes",
        (
            *("account#*", "merchant#*", "population#risk#*"),
            *("controls#*", "rules#*", "history#*", "waiting#*"),
        ),
    ),
    Call(stems.NOTIFIER, "dynamodb", stems.ALERTS, ("dynamodb:UpdateItem",), _DYNAMODB_KEY),
    # A delayed message to itself, at the end of a grouping window.
    Call(stems.NOTIFIER, "sqs", stems.SUSPICIOUS_QUEUE, ("sqs:SendMessage",), _MESSAGE_KEY),
    Call(stems.NOTIFIER, "sns", stems.FRAUD_ALERTS, ("sns:Publish",), _MESSAGE_KEY),
)


def role_statements(
    function: str, target_arns: Mapping[str, pulumi.Input[str]], key_arn: pulumi.Input[str]
) -> list[Statement]:
    """Return the statements of a function's role: its calls, and the KMS key through each called service.

    Args:
        function: Stem of the function's name.
        target_arns: Stem -> ARN of each called resource, from the contracts.
        key_arn: ARN of the key that encrypts those resources.
    """
    own = [call for call in CALLS if call.function == function]
    uses = [
        Statement(
            sid=call.sid,
            actions=call.actions,
            resources=[target_arns[call.index or call.target]],
            conditions=call.conditions,
        )
        for call in own
    ]
    keys = {call.service: through(key_arn, call.service, *call.key_actions) for call in own}
    return [*uses, *keys.values()]


def endpoint_statements(service: Service, arns: Arns) -> list[Statement]:
    """Return the policy statements of a service's VPC endpoint: each call, by its function's role only.

    Callers are in a condition, because a gateway endpoint treats an account in ``Principal`` as its root user
    only
    (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway).
    """
    return [
        Statement(
            sid=call.sid,
            principals=ANYONE,
            actions=call.actions,
            resources=[call.target_arn(arns)],
            conditions={
                "ArnEquals": {"aws:PrincipalArn": arns.role(stems.role_of(call.function))},
                **call.conditions,
            },
        )
        for call in CALLS
        if call.service == service
    ]
