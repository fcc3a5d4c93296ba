"""What the Lambda service itself does with a function's execution role: logs, traces, network interfaces.

Lambda makes these calls, not the function's code: no ``lambda:SourceFunctionArn`` comes with them, and they
do not pass through the function's network. Sources: "Defining Lambda function permissions with an execution
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
    """Return who Lambda is when it acts with the role of a function's own session."""
    return replace(caller, source_function_arn="")


def may_write_log(caller: Caller, log_group: str, stream: str) -> Refusal | None:
    """Refuse unless the role may make the stream in its log group and write to it."""
    where = arn("logs", f"log-group:{log_group}:log-stream:{stream}")
    return check(
        caller, *(Requirement(f"logs:{each}", where) for each in ("CreateLogStream", "PutLogEvents"))
    )


def may_send_traces(caller: Caller) -> Refusal | None:
    """Refuse unless the role may send segments to X-Ray."""
    return check(caller, *(Requirement(each, _ALL) for each in _TRACES))


def lacking(caller: Caller, *, in_vpc: bool, traced: bool) -> Iterator[str]:
    """Yield in Lambda's words what the role lacks for a function's configuration."""
    needed = (*(_NETWORK_INTERFACES if in_vpc else ()), *(_TRACES[:1] if traced else ()))
    for action in needed:
        if check(caller, Requirement(action, _ALL)) is not None:
            service, _, operation = action.partition(":")
            yield (
                f"The provided execution role does not have permissions to call {operation} "
                f"on {_NAMES[service]}"
            )
