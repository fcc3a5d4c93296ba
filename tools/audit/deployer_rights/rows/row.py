"""What every row of the table is, and the forms that several rows share."""

from collections.abc import Callable, Iterator

from shared.infra.arns import REGION
from tools.audit.deployer_rights.grants import Conditions, Grant, Scope, both
from tools.deploy.program_runner.recorded import Resource

Row = Callable[[Scope, Resource], Iterator[Grant]]


def look_anywhere(scope: Scope, sid: str, *actions: str) -> Grant:
    """Actions that only look and have no resource-level form."""
    return Grant(
        sid,
        actions,
        ("*",),
        scope.in_region,
        reads=True,
        reason="AWS has no resource-level form for these actions, which only look",
    )


def through_key(scope: Scope, service: str, *actions: str) -> Grant:
    """Use of the network layer's key by way of one service, which encrypts what the layer makes."""
    via: Conditions = {"StringEquals": {"kms:ViaService": (f"{service}.{REGION}.amazonaws.com",)}}
    return Grant(
        f"KeyThrough{service.capitalize()}",
        actions,
        (scope.arn("kms", "key/*"),),
        both(scope.of("network"), via),
        reason="the key's id is AWS's own; its tags say that it is this environment's",
    )
