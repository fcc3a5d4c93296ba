"""Lambda and its log groups.

Sources: internal/service/lambda/{function,permission,event_source_mapping,function_event_invoke_config}.go,
internal/service/logs/group.go of terraform-provider-aws; the service authorization reference; "Giving Lambda
functions access to resources in an Amazon VPC" (with the condition keys of subnets) and "Securing environment
variables" in the Lambda guide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tools.audit.deployer_rights.grants import Conditions, Grant, Scope, both
from tools.audit.deployer_rights.rows.row import Row, look_anywhere, through_key
from tools.deploy.program_runner.recorded import Resource

_NO_LAYERS: Conditions = {"Null": {"lambda:Layer": ("true",)}}
_IN_SUBNETS: Conditions = {"Null": {"lambda:SubnetIds": ("false",)}}


def _function(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (_arn(scope, resource.inputs["name"]),)
    yield Grant(
        "ReadFunctions",
        (
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:ListVersionsByFunction",
            "lambda:ListTags",
        ),
        arn,
        reads=True,
    )
    # A layer is code of somebody else's account, and a function outside of the VPC reaches the internet.
    yield Grant("CreateFunctions", ("lambda:CreateFunction",), arn, both(_NO_LAYERS, _IN_SUBNETS))
    yield Grant("ChangeSettingsOfFunctions", ("lambda:UpdateFunctionConfiguration",), arn, _NO_LAYERS)
    yield Grant(
        "WriteFunctions",
        (
            "lambda:UpdateFunctionCode",
            "lambda:PutFunctionConcurrency",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:DeleteFunction",
        ),
        arn,
    )
    if resource.inputs.get("vpcConfig"):
        # Lambda looks, in the deployer's name, whether subnets and groups are there.
        places = ("ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups")
        yield replace(look_anywhere(scope, "PlaceFunctions", *places), reads=False)
    if resource.inputs.get("kmsKeyArn"):
        # Lambda reaches the key of a function's settings by a grant that the deployer makes.
        yield through_key(
            scope,
            "lambda",
            "kms:CreateGrant",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
        )
        decrypt = through_key(scope, "lambda", "kms:Decrypt")
        yield replace(decrypt, sid="ReadSettingsOfFunctions", reads=True)


def _invoke_config(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (_arn(scope, resource.inputs["functionName"]),)
    yield Grant("ReadInvokeConfigs", ("lambda:GetFunctionEventInvokeConfig",), arn, reads=True)
    yield Grant(
        "WriteInvokeConfigs",
        ("lambda:PutFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"),
        arn,
    )


def _permission(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (_arn(scope, resource.inputs["function"]),)
    principal = resource.inputs["principal"]
    service = principal.partition(".")[0].capitalize()
    yield Grant("ReadPermissions", ("lambda:GetPolicy",), arn, reads=True)
    yield Grant(
        f"Let{service}Invoke",
        ("lambda:AddPermission", "lambda:RemovePermission"),
        arn,
        {"StringEquals": {"lambda:Principal": (principal,)}},
    )


def _event_source_mapping(scope: Scope, resource: Resource) -> Iterator[Grant]:
    function = _arn(scope, resource.inputs["functionName"])
    on_function: Conditions = {"ArnEquals": {"lambda:FunctionArn": (function,)}}
    mappings = (scope.arn("lambda", "event-source-mapping:*"),)
    numbered = "Lambda numbers its triggers; the condition says which function or layer one is of"
    yield Grant(
        "CreateTriggers",
        ("lambda:CreateEventSourceMapping",),
        ("*",),
        both(on_function, scope.in_region),
        reason="AWS has no resource-level form for a trigger that does not exist yet; the function is exact",
    )
    yield Grant(
        "WriteTriggers",
        ("lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"),
        mappings,
        on_function,
        reason=numbered,
    )
    yield Grant("TagNewTriggers", ("lambda:TagResource",), mappings, scope.made_by_layer, reason=numbered)
    # A change of one tag gives this one alone.
    tagging = ("lambda:TagResource", "lambda:UntagResource")
    yield Grant("TagTriggers", tagging, mappings, scope.of_layer, reason=numbered)
    yield Grant(
        "ReadTriggers", ("lambda:GetEventSourceMapping",), mappings, on_function, reads=True, reason=numbered
    )
    yield Grant("ReadTagsOfTriggers", ("lambda:ListTags",), mappings, reads=True, reason=numbered)


def _log_group(scope: Scope, resource: Resource) -> Iterator[Grant]:
    group = scope.arn("logs", f"log-group:{resource.inputs['name']}")
    # Rights to tags name the group, all others the group with the part that stands for its streams
    # ("LogGroup" in the CloudWatch Logs API reference).
    yield Grant(
        "WriteLogGroups",
        (
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
            "logs:AssociateKmsKey",
            "logs:DeleteLogGroup",
        ),
        (f"{group}:*",),
        reason="the form of a log group's own ARN that ends in its streams; the group is exact",
    )
    yield Grant("TagLogGroups", ("logs:TagResource", "logs:UntagResource"), (group,))
    yield Grant("ReadLogGroups", ("logs:ListTagsForResource",), (group,), reads=True)
    yield look_anywhere(scope, "DescribeLogGroups", "logs:DescribeLogGroups")


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("lambda", f"function:{name}")


ROWS: Mapping[str, Row] = {
    "aws:lambda/function:Function": _function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _invoke_config,
    "aws:lambda/permission:Permission": _permission,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _event_source_mapping,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
}
