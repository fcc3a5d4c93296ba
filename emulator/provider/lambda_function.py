"""Lambda: functions."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.assets import zipped
from emulator.provider.cloud import Cloud
from emulator.provider.resource import (
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    frozen,
    words,
)
from emulator.provider.shapes import to_api
from emulator.provider.values import pruned

_INVOKE_PATH = "lambda:path/2015-03-31/functions"
_UNRESERVED = -1


class Function(Resource):
    """`aws.lambda_.Function` from a zip archive."""

    token = "aws:lambda/function:Function"
    modelled = words(
        "architectures code description environment ephemeralStorage handler kmsKeyArn "
        "loggingConfig memorySize name packageType publish reservedConcurrentExecutions role runtime "
        "skipDestroy sourceCodeHash timeout tracingConfig vpcConfig"
    )
    replace_on = frozenset({"name", "packageType"})
    defaults = frozen(
        {
            "memorySize": 128,
            "packageType": "Zip",
            "publish": False,
            "reservedConcurrentExecutions": _UNRESERVED,
            "skipDestroy": False,
            "timeout": 3,
        }
    )
    auto_name = "name"
    unordered = frozenset({"vpcConfig.subnetIds", "vpcConfig.securityGroupIds"})
    write_only = frozenset({"code", "publish", "skipDestroy", "sourceCodeHash"})
    volatile = frozenset(
        {"lastModified", "sourceCodeHash", "codeSha256", "sourceCodeSize", "version", "qualifiedArn"}
    )
    computed = frozenset(
        {
            "architectures",
            "ephemeralStorage",
            "loggingConfig",
            "loggingConfig.logGroup",
            "sourceCodeHash",
            "tracingConfig",
            "vpcConfig.vpcId",
        }
    )
    arn_form = ("lambda", "function:{name}")
    encrypted_by = "kmsKeyArn"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check what Lambda requires of a zip function."""
        if inputs["packageType"] != "Zip":
            yield CheckFailure("packageType", "only Zip packages are modelled by the embedded AWS")
        for name in ("code", "handler", "runtime"):
            if not inputs.get(name):
                yield CheckFailure(name, "is required for a Zip package")
        if inputs.get("publish") is True:
            yield CheckFailure("publish", "published versions are not modelled by the embedded AWS")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        made = cloud.client("lambda").create_function(
            **pruned(
                FunctionName=inputs["name"],
                Code={"ZipFile": zipped(inputs["code"])},
                PackageType=inputs["packageType"],
                Architectures=inputs.get("architectures"),
                **_configuration(inputs),
            ),
            **tags.at_creation("lambda", inputs),
        )
        return str(made["FunctionName"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Set the reserved concurrency, which needs a separate call."""
        if inputs["reservedConcurrentExecutions"] != _UNRESERVED:
            self._reserve(cloud, resource_id, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read configuration, code digest, concurrency and tags."""
        found = cloud.client("lambda").get_function(FunctionName=resource_id)
        function = found["Configuration"]
        arn, environment = function["FunctionArn"], function.get("Environment", {})
        invoke_arn = _invoke_arn(cloud, arn)
        concurrency = found.get("Concurrency", {}).get("ReservedConcurrentExecutions", _UNRESERVED)
        return {
            "arn": arn,
            "name": function["FunctionName"],
            "role": function["Role"],
            "runtime": function.get("Runtime"),
            "handler": function.get("Handler"),
            "description": function.get("Description") or None,
            "timeout": function["Timeout"],
            "memorySize": function["MemorySize"],
            "packageType": function.get("PackageType", "Zip"),
            "architectures": function["Architectures"],
            "environment": {"variables": environment["Variables"]} if environment.get("Variables") else None,
            "ephemeralStorage": {"size": function["EphemeralStorage"]["Size"]},
            "kmsKeyArn": function.get("KMSKeyArn") or None,
            "tracingConfig": {"mode": function.get("TracingConfig", {}).get("Mode", "PassThrough")},
            "loggingConfig": _logging(function),
            "vpcConfig": _network(function),
            "reservedConcurrentExecutions": concurrency,
            "invokeArn": invoke_arn,
            "qualifiedArn": f"{arn}:{function['Version']}",
            "qualifiedInvokeArn": invoke_arn.replace("/invocations", f":{function['Version']}/invocations"),
            "responseStreamingInvokeArn": invoke_arn.replace("2015-03-31", "2021-11-15").replace(
                "/invocations", "/response-streaming-invocations"
            ),
            "lastModified": function["LastModified"],
            "version": function["Version"],
            "sourceCodeSize": function["CodeSize"],
            "codeSha256": function["CodeSha256"],
            "sourceCodeHash": known.get("sourceCodeHash") or function["CodeSha256"],
            "tags": found.get("Tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update code, configuration, concurrency and tags with separate calls."""
        client = cloud.client("lambda")
        before, after = _configuration(old), _configuration(new)
        if before != after:
            cleared = {name: _CLEARED[name] for name in before.keys() - after.keys() if name in _CLEARED}
            client.update_function_configuration(FunctionName=resource_id, **after, **cleared)
        if changed(old, new, "code", "architectures"):
            client.update_function_code(
                **pruned(
                    FunctionName=resource_id,
                    ZipFile=zipped(new["code"]),
                    Architectures=new.get("architectures"),
                )
            )
        if changed(old, new, "reservedConcurrentExecutions"):
            self._reserve(cloud, resource_id, new)
        tags.update(cloud, "lambda", cloud.arn("lambda", f"function:{resource_id}"), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        if not known.get("skipDestroy"):
            cloud.client("lambda").delete_function(FunctionName=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        found = aws.client("lambda").get_function_configuration(FunctionName=inputs["name"])
        return str(found["FunctionName"])

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        arn, version = place.arn("lambda", f"function:{inputs['name']}"), "$LATEST"
        qualified = {"qualifiedArn": f"{arn}:{version}", "version": version}
        return inputs["name"], {"arn": arn, "invokeArn": _invoke_arn(place, arn), **qualified}

    def _reserve(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        reserved = inputs["reservedConcurrentExecutions"]
        if reserved == _UNRESERVED:
            cloud.client("lambda").delete_function_concurrency(FunctionName=name)
        else:
            cloud.client("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved
            )


_CLEARED: dict[str, Any] = {
    "Description": "",
    "KMSKeyArn": "",
    "Environment": {"Variables": {}},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
}
"""Configuration field -> value that resets it."""


def _configuration(inputs: Properties) -> dict[str, Any]:
    """Return the arguments common to `CreateFunction` and `UpdateFunctionConfiguration`."""
    return pruned(
        Role=inputs["role"],
        Handler=inputs.get("handler"),
        Runtime=inputs.get("runtime"),
        Description=inputs.get("description"),
        Timeout=inputs["timeout"],
        MemorySize=inputs["memorySize"],
        KMSKeyArn=inputs.get("kmsKeyArn"),
        Environment=_variables(inputs),
        VpcConfig=to_api(inputs.get("vpcConfig")),
        TracingConfig=to_api(inputs.get("tracingConfig")),
        EphemeralStorage=to_api(inputs.get("ephemeralStorage")),
        LoggingConfig=to_api(inputs.get("loggingConfig")),
    )


def _variables(inputs: Properties) -> dict[str, Any] | None:
    environment = inputs.get("environment")
    return {"Variables": dict(environment.get("variables") or {})} if environment else None


def _logging(function: Properties) -> dict[str, Any]:
    found = function.get("LoggingConfig", {})
    return pruned(
        logFormat=found.get("LogFormat", "Text"),
        logGroup=found.get("LogGroup", f"/aws/lambda/{function['FunctionName']}"),
        applicationLogLevel=found.get("ApplicationLogLevel"),
        systemLogLevel=found.get("SystemLogLevel"),
    )


def _network(function: Properties) -> dict[str, Any] | None:
    found = function.get("VpcConfig", {})
    if not found.get("SubnetIds"):
        return None
    return {
        "subnetIds": found["SubnetIds"],
        "securityGroupIds": found["SecurityGroupIds"],
        "vpcId": found.get("VpcId", ""),
    }


def _invoke_arn(place: Place, arn: str) -> str:
    """Return the ARN with which API Gateway invokes a function."""
    return f"arn:aws:apigateway:{place.region}:{_INVOKE_PATH}/{arn}/invocations"
