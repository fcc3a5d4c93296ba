"""What AWS would answer when a resource of each type is created: ids, ARNs and URLs of the right shape.

A table from Pulumi type to outputs. A type that is not in it is an error, so that nobody adds a resource
whose outputs would silently be ``None``. An output that a type has and that this table does not give is
marked with ``UNGIVEN`` instead of being left out, so that a program that reads it can be caught.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from tools.deploy.program_runner.sdk import output_names

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
UNGIVEN = "<no such output in tools/deploy/program_runner/resource_outputs.py>"
DYNAMODB_PREFIX_LIST = "pl-02cd2c6b"

Inputs = Mapping[str, Any]
Created = tuple[str, dict[str, Any]]
"""The id of a resource and its outputs."""


class UnlistedTypeError(LookupError):
    """A program registers a type whose outputs nobody has written down."""


def arn(service: str, resource: str, *, region: str = REGION) -> str:
    """An ARN of the account that stands for any."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"


def _hex(name: str, length: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:length]


def _ec2(prefix: str, arn_part: str, **more: str) -> Callable[[str, Inputs], Created]:
    def create(name: str, _: Inputs) -> Created:
        identifier = f"{prefix}-0{_hex(name, 16)}"
        return identifier, {"arn": arn("ec2", f"{arn_part}/{identifier}"), **more}

    return create


def _vpc(name: str, inputs: Inputs) -> Created:
    identifier, outputs = _ec2("vpc", "vpc")(name, inputs)
    return identifier, {
        **outputs,
        "defaultSecurityGroupId": f"sg-0{_hex(name + 'default', 16)}",
        "defaultRouteTableId": f"rtb-0{_hex(name + 'default', 16)}",
        "mainRouteTableId": f"rtb-0{_hex(name + 'default', 16)}",
    }


def _security_group_rule(name: str, inputs: Inputs) -> Created:
    identifier, outputs = _ec2("sgr", "security-group-rule")(name, inputs)
    return identifier, {**outputs, "securityGroupRuleId": identifier}


def _vpc_endpoint(name: str, inputs: Inputs) -> Created:
    identifier, outputs = _ec2("vpce", "vpc-endpoint")(name, inputs)
    gateway = inputs.get("vpcEndpointType", "Gateway") == "Gateway"
    return identifier, {**outputs, **({"prefixListId": DYNAMODB_PREFIX_LIST} if gateway else {})}


def _unnamed(prefix: str) -> Callable[[str, Inputs], Created]:
    return lambda name, _: (f"{prefix}-0{_hex(name, 16)}", {})


def _key(name: str, _: Inputs) -> Created:
    digits = _hex(name, 32)
    key_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return key_id, {"keyId": key_id, "arn": arn("kms", f"key/{key_id}")}


def _table(name: str, inputs: Inputs) -> Created:
    del name
    table_arn = arn("dynamodb", f"table/{inputs['name']}")
    stream = {}
    if inputs.get("streamEnabled"):
        label = "2026-01-31T09:00:00.123"
        stream = {"streamArn": f"{table_arn}/stream/{label}", "streamLabel": label}
    return inputs["name"], {"arn": table_arn, **stream}


def _queue(name: str, inputs: Inputs) -> Created:
    del name
    url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{inputs['name']}"
    return url, {"arn": arn("sqs", inputs["name"]), "url": url}


def _topic(name: str, inputs: Inputs) -> Created:
    del name
    topic_arn = arn("sns", inputs["name"])
    return topic_arn, {"arn": topic_arn}


def _random_password(name: str, inputs: Inputs) -> Created:
    return "none", {"result": _hex(f"secret of {name}", int(inputs["length"]))}


def _role(name: str, inputs: Inputs) -> Created:
    del name
    outputs = {"arn": arn("iam", f"role/{inputs['name']}", region=""), "uniqueId": "AROAEXAMPLE"}
    return inputs["name"], outputs


def _function(name: str, inputs: Inputs) -> Created:
    del name
    function_arn = arn("lambda", f"function:{inputs['name']}")
    invoke = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    return inputs["name"], {
        "arn": function_arn,
        "invokeArn": invoke,
        "qualifiedArn": f"{function_arn}:$LATEST",
        "version": "$LATEST",
    }


def _rest_api(name: str, _: Inputs) -> Created:
    identifier = _hex(name, 10)
    return identifier, {
        "arn": f"arn:aws:apigateway:{REGION}::/restapis/{identifier}",
        "executionArn": arn("execute-api", identifier),
        "rootResourceId": _hex(name + "root", 10),
    }


def _stage(name: str, inputs: Inputs) -> Created:
    del name
    api, stage = inputs["restApi"], inputs["stageName"]
    return f"ags-{api}-{stage}", {
        "arn": f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/{stage}",
        "executionArn": arn("execute-api", f"{api}/{stage}"),
        "invokeUrl": f"https://{api}.execute-api.{REGION}.amazonaws.com/{stage}",
    }


def _named(
    service: str, arn_form: str, output: str = "arn", named_by: str = "name"
) -> Callable[[str, Inputs], Created]:
    def create(name: str, inputs: Inputs) -> Created:
        del name
        return inputs[named_by], {output: arn(service, arn_form.format(inputs[named_by]))}

    return create


def _rule(name: str, inputs: Inputs) -> Created:
    del name
    bus = inputs.get("eventBusName")
    path = f"{bus}/{inputs['name']}" if bus else inputs["name"]
    return path, {"arn": arn("events", f"rule/{path}")}


def _event_source_mapping(name: str, inputs: Inputs) -> Created:
    digits = _hex(name, 32)
    return digits, {
        "uuid": digits,
        "arn": arn("lambda", f"event-source-mapping:{digits}"),
        "functionArn": arn("lambda", f"function:{inputs['functionName']}"),
    }


def _subscription(name: str, inputs: Inputs) -> Created:
    return f"{inputs['topic']}:{_hex(name, 32)}", {"arn": f"{inputs['topic']}:{_hex(name, 32)}"}


CREATED: Mapping[str, Callable[[str, Inputs], Created]] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet"),
    "aws:ec2/routeTable:RouteTable": _ec2("rtb", "route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _unnamed("rtbassoc"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "security-group"),
    "aws:ec2/securityGroup:SecurityGroup": _ec2("sg", "security-group"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _vpc_endpoint,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_group_rule,
    "aws:kms/key:Key": _key,
    "aws:kms/alias:Alias": _named("kms", "{}"),
    "aws:dynamodb/table:Table": _table,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": lambda _, inputs: (inputs["queueUrl"], {}),
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": lambda _, inputs: (inputs["arn"], {"owner": ACCOUNT_ID}),
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "random:index/randomPassword:RandomPassword": _random_password,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": lambda _, inputs: (f"{inputs['role']}:{inputs['name']}", {}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _unnamed("attachment"),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:{}"),
    "aws:cloudwatch/eventBus:EventBus": _named("events", "event-bus/{}"),
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/eventTarget:EventTarget": _unnamed("target"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch", "alarm:{}"),
    "aws:cloudwatch/dashboard:Dashboard": _named(
        "cloudwatch", "dashboard/{}", output="dashboardArn", named_by="dashboardName"
    ),
    "aws:pipes/pipe:Pipe": _named("pipes", "pipe/{}"),
    "aws:lambda/function:Function": _function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": lambda _, i: (i["functionName"], {}),
    "aws:lambda/permission:Permission": lambda name, _: (name, {}),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _event_source_mapping,
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/resource:Resource": lambda name, _: (_hex(name, 6), {}),
    "aws:apigateway/model:Model": _unnamed("model"),
    "aws:apigateway/requestValidator:RequestValidator": _unnamed("validator"),
    "aws:apigateway/method:Method": _unnamed("agm"),
    "aws:apigateway/integration:Integration": _unnamed("agi"),
    "aws:apigateway/response:Response": _unnamed("aggr"),
    "aws:apigateway/deployment:Deployment": lambda name, _: (_hex(name, 6), {}),
    "aws:apigateway/stage:Stage": _stage,
    "aws:apigateway/methodSettings:MethodSettings": _unnamed("settings"),
}


def create(type_: str, name: str, inputs: Inputs) -> Created:
    """The id and all outputs of a new resource: what the table gives, the inputs, ``UNGIVEN`` for the rest.

    Raises:
        UnlistedTypeError: when the table does not know the type.
    """
    if type_ not in CREATED:
        raise UnlistedTypeError(
            f"{type_} ({name}) is not in tools/deploy/program_runner/resource_outputs.py: "
            "add what AWS returns"
        )
    identifier, outputs = CREATED[type_](name, inputs)
    return identifier, {**dict.fromkeys(output_names(type_), UNGIVEN), **inputs, **outputs}
