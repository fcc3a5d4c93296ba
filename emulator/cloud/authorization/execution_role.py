"""Calls that the Lambda service makes with an execution role: logs, traces, network interfaces.

Lambda makes these calls, not the function's code: they carry no ``lambda:SourceFunctionArn`` and do not pass
through the function's VPC. Sources: "Defining Lambda function permissions with an execution
role" and "Giving Lambda functions access to resources in an Amazon VPC" in the Lambda developer guide.
"""

from collections.abc import Iterator
from dataclasses import replace

from emulator.cloud.account import arn
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.identities import Caller
from emulator.cloud.refusals import Refusal

_ALL = "*"
_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_NETWORK_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
_NAMES = {"ec2": "EC2", "xray": "XRAY"}


def as_lambda(caller: Caller) -> Caller:
    """Return the caller that the Lambda service is when it uses the role of a function's session."""
    return replace(caller, source_function_arn="")


def may_write_log(caller: Caller, log_group: str, stream: str) -> Refusal | None:
    """Return a refusal unless the role may create the log stream and write to it."""
    where = arn("logs", f"log-group:{log_group}:log-stream:{stream}")
    return check(
        caller, *(Requirement(f"logs:{each}", where) for each in ("CreateLogStream", "PutLogEvents"))
    )


def may_send_traces(caller: Caller) -> Refusal | None:
    """Return a refusal unless the role may send segments to X-Ray."""
    return check(caller, *(Requirement(each, _ALL) for each in _TRACES))


def lacking(caller: Caller, *, in_vpc: bool, traced: bool) -> Iterator[str]:
    """Yield the permissions that a function's configuration needs and its role lacks, as Lambda says it."""
    needed = (*(_NETWORK_INTERFACES if in_vpc else ()), *(_TRACES[:1] if traced else ()))
    for action in needed:
        if check(caller, Requirement(action, _ALL)) is not None:
            service, _, operation = action.partition(":")
            yield (
                f"The provided execution role does not have permissions to call {operation} "
                f"on {_NAMES[service]}"
            )
