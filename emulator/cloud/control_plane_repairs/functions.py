"""Lambda: store, update and return the whole function configuration.

Moto does not return logging settings, does not update KMS key, tracing or storage, puts every function into
the same made-up VPC, and appends new asynchronous settings after the ones that it reads.
"""

from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.ec2.models import ec2_backends

from emulator.cloud.replacing import replaces

_ECHOED = ("LoggingConfig",)

_init = LambdaFunction.__init__
_get_configuration = LambdaFunction.get_configuration
_update_configuration = LambdaFunction.update_configuration
_put_event_invoke_config = LambdaBackend.put_function_event_invoke_config


@replaces(LambdaFunction, "__init__")
def _init_whole(self: LambdaFunction, *arguments: Any, **options: Any) -> None:
    spec = options["spec"] if "spec" in options else arguments[1]
    self.echoed = {name: spec[name] for name in _ECHOED if spec.get(name)}  # type: ignore[attr-defined]
    _init(self, *arguments, **options)


@replaces(LambdaFunction, "get_configuration")
def _whole_configuration(self: LambdaFunction, *arguments: Any, **options: Any) -> dict[str, Any]:
    return {**_get_configuration(self, *arguments, **options), **getattr(self, "echoed", {})}


@replaces(LambdaFunction, "update_configuration")
def _update_whole(self: LambdaFunction, updates: dict[str, Any]) -> dict[str, Any]:
    if "KMSKeyArn" in updates:
        self.kms_key_arn = updates["KMSKeyArn"]
    if "TracingConfig" in updates:
        self.tracing_config = updates["TracingConfig"]
    if "EphemeralStorage" in updates:
        self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    changed = {name: updates[name] for name in _ECHOED if name in updates}
    self.echoed = {**getattr(self, "echoed", {}), **changed}  # type: ignore[attr-defined]
    return _update_configuration(self, updates)


def _vpc_config(self: LambdaFunction) -> dict[str, Any] | None:
    config = self._vpc_config
    if not config or not config.get("SubnetIds"):
        return config or None
    subnets = ec2_backends[self.account_id][self.region].describe_subnets(subnet_ids=config["SubnetIds"])
    return {**config, "VpcId": subnets[0].vpc_id}


@replaces(LambdaBackend, "put_function_event_invoke_config")
def _replace_event_invoke_config(
    self: LambdaBackend, function_name: str, config: dict[str, Any]
) -> dict[str, Any]:
    answer = _put_event_invoke_config(self, function_name, config)
    function = self.get_function(function_name)
    del function.event_invoke_config[:-1]
    return answer


replaces(LambdaFunction, "vpc_config")(property(_vpc_config))
