"""Does a resource exist whose creation was interrupted? By type: how AWS finds it, and its Pulumi id."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from botocore.exceptions import ClientError

from tools.deploy.recovery import api, network
from tools.deploy.recovery.clients import Clients

Inputs = Mapping[str, Any]
"""A resource's inputs as the state has them, default tags among the tags."""
Find = Callable[[Clients, Inputs], str | None]
_ABSENT = ("NotFound", "NoSuchEntity", "NonExistentQueue", "QueueDoesNotExist", "ResourceNotFound")
"""Parts of the error codes by which the services say that there is no such thing."""


class UnknownTypeError(LookupError):
    """A resource type that nobody has said how to find."""


def find(aws: Clients, type_token: str, inputs: Inputs) -> str | None:
    """The Pulumi id of the resource that these inputs have made; None where there is none.

    Raises:
        UnknownTypeError: the type is not one of this project's.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: AWS did not answer, or refused to.
    """
    if type_token not in FINDERS:
        raise UnknownTypeError(f"{type_token} is of a kind that tools/deploy/recovery cannot look up")
    try:
        return FINDERS[type_token](aws, inputs)
    except ClientError as error:
        if any(part in error.response["Error"]["Code"] for part in _ABSENT):
            return None
        raise


def _table(aws: Clients, inputs: Inputs) -> str:
    return str(aws("dynamodb").describe_table(TableName=inputs["name"])["Table"]["TableName"])


def _queue(aws: Clients, inputs: Inputs) -> str:
    return str(aws("sqs").get_queue_url(QueueName=inputs["name"])["QueueUrl"])


def _queue_policy(aws: Clients, inputs: Inputs) -> str | None:
    asked = aws("sqs").get_queue_attributes(QueueUrl=inputs["queueUrl"], AttributeNames=["Policy"])
    return inputs["queueUrl"] if asked.get("Attributes", {}).get("Policy") else None


def _topic(aws: Clients, inputs: Inputs) -> str | None:
    for page in aws("sns").get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].endswith(f":{inputs['name']}"):
                return str(topic["TopicArn"])
    return None


def _topic_policy(aws: Clients, inputs: Inputs) -> str | None:
    """A topic always has a policy: ours is the one that says the same."""
    found = aws("sns").get_topic_attributes(TopicArn=inputs["arn"])["Attributes"]["Policy"]
    return inputs["arn"] if json.loads(found) == json.loads(inputs["policy"]) else None


def _subscription(aws: Clients, inputs: Inputs) -> str | None:
    pages = aws("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=inputs["topic"])
    wanted = (inputs["protocol"], inputs["endpoint"])
    for page in pages:
        for each in page["Subscriptions"]:
            if (each["Protocol"], each["Endpoint"]) == wanted:
                return str(each["SubscriptionArn"])
    return None


def _key(aws: Clients, inputs: Inputs) -> str | None:
    client, wanted = aws("kms"), inputs.get("tags", {})
    for page in client.get_paginator("list_keys").paginate():
        for each in page["Keys"]:
            tags = {tag["TagKey"]: tag["TagValue"] for tag in _tags_of_key(client, each["KeyId"])}
            if wanted and wanted.items() <= tags.items() and _usable(client, each["KeyId"]):
                return str(each["KeyId"])
    return None


def _tags_of_key(client: Any, key_id: str) -> list[dict[str, str]]:
    try:
        return list(client.list_resource_tags(KeyId=key_id)["Tags"])
    except ClientError as error:
        # Some keys of an account are not for everybody to look at: none of them is ours.
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return []
        raise


def _usable(client: Any, key_id: str) -> bool:
    return str(client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]) != "PendingDeletion"


def _alias(aws: Clients, inputs: Inputs) -> str | None:
    for page in aws("kms").get_paginator("list_aliases").paginate():
        if inputs["name"] in [each["AliasName"] for each in page["Aliases"]]:
            return str(inputs["name"])
    return None


def _role(aws: Clients, inputs: Inputs) -> str:
    return str(aws("iam").get_role(RoleName=inputs["name"])["Role"]["RoleName"])


def _role_policy(aws: Clients, inputs: Inputs) -> str:
    aws("iam").get_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"])
    return f"{inputs['role']}:{inputs['name']}"


def _role_policy_attachment(aws: Clients, inputs: Inputs) -> str | None:
    found = aws("iam").list_attached_role_policies(RoleName=inputs["role"])["AttachedPolicies"]
    attached = inputs["policyArn"] in [each["PolicyArn"] for each in found]
    return f"{inputs['role']}/{inputs['policyArn']}" if attached else None


def _log_group(aws: Clients, inputs: Inputs) -> str | None:
    found = aws("logs").describe_log_groups(logGroupNamePrefix=inputs["name"])["logGroups"]
    return inputs["name"] if inputs["name"] in [each["logGroupName"] for each in found] else None


def _function(aws: Clients, inputs: Inputs) -> str:
    return str(aws("lambda").get_function_configuration(FunctionName=inputs["name"])["FunctionName"])


def _permission(aws: Clients, inputs: Inputs) -> str | None:
    policy = json.loads(aws("lambda").get_policy(FunctionName=inputs["function"])["Policy"])
    statements = [each.get("Sid") for each in policy["Statement"]]
    return inputs["statementId"] if inputs["statementId"] in statements else None


def _invoke_config(aws: Clients, inputs: Inputs) -> str:
    aws("lambda").get_function_event_invoke_config(FunctionName=inputs["functionName"])
    return str(inputs["functionName"])


def _event_source_mapping(aws: Clients, inputs: Inputs) -> str | None:
    function = str(inputs["functionName"]).rsplit(":", 1)[-1]
    pages = aws("lambda").get_paginator("list_event_source_mappings")
    for page in pages.paginate(EventSourceArn=inputs["eventSourceArn"], FunctionName=function):
        for each in page["EventSourceMappings"]:
            if each.get("State") != "Deleting":
                return str(each["UUID"])
    return None


def _bus(aws: Clients, inputs: Inputs) -> str:
    return str(aws("events").describe_event_bus(Name=inputs["name"])["Name"])


def _rule(aws: Clients, inputs: Inputs) -> str:
    aws("events").describe_rule(Name=inputs["name"], EventBusName=inputs["eventBusName"])
    return f"{inputs['eventBusName']}/{inputs['name']}"


def _target(aws: Clients, inputs: Inputs) -> str | None:
    bus, rule, target = inputs["eventBusName"], inputs["rule"], inputs["targetId"]
    found = aws("events").list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
    return f"{bus}/{rule}/{target}" if target in [each["Id"] for each in found] else None


def _pipe(aws: Clients, inputs: Inputs) -> str:
    return str(aws("pipes").describe_pipe(Name=inputs["name"])["Name"])


def _alarm(aws: Clients, inputs: Inputs) -> str | None:
    found = aws("cloudwatch").describe_alarms(AlarmNames=[inputs["name"]])["MetricAlarms"]
    return str(inputs["name"]) if found else None


def _dashboard(aws: Clients, inputs: Inputs) -> str:
    aws("cloudwatch").get_dashboard(DashboardName=inputs["dashboardName"])
    return str(inputs["dashboardName"])


def _nothing(aws: Clients, inputs: Inputs) -> None:
    """Something that exists in Pulumi's state alone is made anew."""
    del aws, inputs


FINDERS: Mapping[str, Find] = MappingProxyType(
    {
        "aws:ec2/vpc:Vpc": network.vpc,
        "aws:ec2/subnet:Subnet": network.subnet,
        "aws:ec2/routeTable:RouteTable": network.route_table,
        "aws:ec2/routeTableAssociation:RouteTableAssociation": network.route_table_association,
        "aws:ec2/securityGroup:SecurityGroup": network.security_group,
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": network.default_security_group,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": network.ingress_rule,
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": network.egress_rule,
        "aws:ec2/vpcEndpoint:VpcEndpoint": network.vpc_endpoint,
        "aws:kms/key:Key": _key,
        "aws:kms/alias:Alias": _alias,
        "aws:dynamodb/table:Table": _table,
        "aws:sqs/queue:Queue": _queue,
        "aws:sqs/queuePolicy:QueuePolicy": _queue_policy,
        "aws:sns/topic:Topic": _topic,
        "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
        "aws:sns/topicSubscription:TopicSubscription": _subscription,
        "aws:iam/role:Role": _role,
        "aws:iam/rolePolicy:RolePolicy": _role_policy,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _role_policy_attachment,
        "aws:cloudwatch/logGroup:LogGroup": _log_group,
        "aws:lambda/function:Function": _function,
        "aws:lambda/permission:Permission": _permission,
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _invoke_config,
        "aws:lambda/eventSourceMapping:EventSourceMapping": _event_source_mapping,
        "aws:apigateway/restApi:RestApi": api.rest_api,
        "aws:apigateway/resource:Resource": api.resource,
        "aws:apigateway/method:Method": api.method,
        "aws:apigateway/integration:Integration": api.integration,
        "aws:apigateway/response:Response": api.response,
        "aws:apigateway/model:Model": api.model,
        "aws:apigateway/requestValidator:RequestValidator": api.request_validator,
        "aws:apigateway/deployment:Deployment": api.deployment,
        "aws:apigateway/stage:Stage": api.stage,
        "aws:apigateway/methodSettings:MethodSettings": api.method_settings,
        "aws:apigateway/account:Account": api.account,
        "aws:cloudwatch/eventBus:EventBus": _bus,
        "aws:cloudwatch/eventRule:EventRule": _rule,
        "aws:cloudwatch/eventTarget:EventTarget": _target,
        "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
        "aws:cloudwatch/dashboard:Dashboard": _dashboard,
        "aws:pipes/pipe:Pipe": _pipe,
        "random:index/randomPassword:RandomPassword": _nothing,
    }
)
