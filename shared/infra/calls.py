"""Which AWS call each function makes from inside the VPC: one list for its role and for its way out.

What Lambda does on a function's behalf (polling a queue, delivering to an on-failure queue) does not pass
through the VPC and stands in the layer that sets it up.
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
    """One function's use of one resource."""

    function: str
    service: Service
    target: str
    actions: tuple[str, ...]
    key_actions: tuple[str, ...]
    """What the service needs of our key, in the name of the caller."""
    verb: str = "Uses"
    keys: tuple[str, ...] = ()
    """Patterns of the items' partition keys, of which one must fit; none for any key."""
    index: str = ""
    """The index of the target that is read, by the partition key of its own."""

    @property
    def sid(self) -> str:
        """``DetectorUsesSuspiciousQueue``."""
        return f"{self.function.capitalize()}{self.verb}{self.target.title().replace('-', '')}"

    @property
    def conditions(self) -> Conditions:
        """What a call must meet: the partition key of each item that it names fits.

        ForAllValues alone also holds for a call that names no key
        (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
        """
        if not self.keys:
            return {}
        fits: Conditions = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": self.keys}}
        # Of an index AWS does not document that it names one: where it does, it must fit.
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
    # The decision, added to the item under a condition; it reads transactions from events alone.
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
    # What people decide, and the history of it, no payment may change.
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
    # One transaction writes both; DynamoDB asks for the right to each of the writes in it.
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
    # To itself, delayed: the end of a window in which alerts are grouped.
    Call(stems.NOTIFIER, "sqs", stems.SUSPICIOUS_QUEUE, ("sqs:SendMessage",), _MESSAGE_KEY),
    Call(stems.NOTIFIER, "sns", stems.FRAUD_ALERTS, ("sns:Publish",), _MESSAGE_KEY),
)


def role_statements(
    function: str, target_arns: Mapping[str, pulumi.Input[str]], key_arn: pulumi.Input[str]
) -> list[Statement]:
    """What the function's own role allows: each call, and the key by way of each service that it calls.

    Args:
        function: stem of the function's name.
        target_arns: stem -> ARN of each resource that it calls, as the contracts have them.
        key_arn: the key that encrypts those resources.
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
    """What the VPC endpoint of ``service`` lets through: the same calls, each by its function's role alone.

    The callers stand in a condition, because a gateway endpoint takes an account in ``Principal`` for its
    root user alone
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
