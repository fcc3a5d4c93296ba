"""Lambda: reject a function whose execution role lacks required permissions; moto accepts any role.

Source: "CreateFunction" in the Lambda API reference, InvalidParameterValueException.
"""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend

from emulator.cloud import deployed
from emulator.cloud.authorization.execution_role import lacking
from emulator.cloud.replacing import replaces
from emulator.cloud.role_sessions import AssumeRoleError, role_caller

_create_function = LambdaBackend.create_function
_update_function_configuration = LambdaBackend.update_function_configuration


def _require(role_arn: str, name: str, settings: dict[str, Any]) -> None:
    """Check that the role has the permissions that the function's settings require.

    Raises:
        InvalidParameterValueException: A permission is missing; with Lambda's message.
    """
    in_vpc = bool((settings.get("VpcConfig") or {}).get("SubnetIds"))
    traced = (settings.get("TracingConfig") or {}).get("Mode") == "Active"
    if not (in_vpc or traced) or deployed.role(role_arn.rpartition("/")[2]) is None:
        return
    try:
        caller = role_caller(role_arn, "lambda.amazonaws.com", name, {})
    except AssumeRoleError:
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        ) from None
    for problem in lacking(caller, in_vpc=in_vpc, traced=traced):
        raise InvalidParameterValueException(problem)


@replaces(LambdaBackend, "create_function")
def _create(self: LambdaBackend, spec: dict[str, Any]) -> Any:
    _require(spec.get("Role", ""), spec.get("FunctionName", ""), spec)
    return _create_function(self, spec)


@replaces(LambdaBackend, "update_function_configuration")
def _update(self: LambdaBackend, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
    function = self.get_function(function_name, qualifier)
    known = {"VpcConfig": function.vpc_config, "TracingConfig": function.tracing_config}
    _require(body.get("Role", function.role), function.function_name, {**known, **body})
    return _update_function_configuration(self, function_name, qualifier, body)
