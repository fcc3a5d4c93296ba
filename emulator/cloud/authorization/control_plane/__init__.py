"""Permissions that control-plane calls require: action, resource and condition keys, including tags.

One module per service covers the calls that create, change or delete resources;
`emulator.cloud.authorization.requirements` covers every other call.

Sources: "Actions, resources, and condition keys for AWS services" in the service authorization reference;
"Controlling access to AWS resources using tags" in the IAM user guide.
"""

from collections.abc import Callable, Iterator, Mapping

from emulator.cloud.authorization import requirements
from emulator.cloud.authorization.control_plane import apis, functions, identities, keys, named, network
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call

_READERS: Mapping[str, Callable[[Call], Iterator[Requirement]]] = {
    "apigateway": apis.read,
    "budgets": named.budgets,
    "cloudwatch": named.cloudwatch,
    "dynamodb": named.dynamodb,
    "ec2": network.read,
    "events": named.events,
    "iam": identities.read,
    "kms": keys.read,
    "lambda": functions.read,
    "logs": named.logs,
    "pipes": named.pipes,
    "sns": named.sns,
    "xray": named.xray,
}


def requirements_of(call: Call) -> list[Requirement]:
    """Return the permissions that a call requires; empty for the few calls that need none."""
    reader = _READERS.get(call.service)
    found = list(reader(call)) if reader else []
    return found or requirements.requirements_of(call)
