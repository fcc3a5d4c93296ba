"""One case for each resource type: inputs that the programs use, a change in place, and one that replaces."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.provider.provider import Provider
from local.provider.values import ARCHIVE, ASSET, SIGNATURE

Inputs = dict[str, Any]


def zip_of(text: str) -> dict[str, Any]:
    return {SIGNATURE: ARCHIVE, "assets": {"handler.py": {SIGNATURE: ASSET, "text": text}}}


def policy(action: str, **more: Any) -> str:
    statement = {"Sid": "S", "Effect": "Allow", "Action": [action], "Resource": ["*"], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class World:
    """What the cases stand on, made once with the same provider."""

    provider: Provider
    made: list[tuple[str, str, Inputs, Inputs]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Inputs] = field(default_factory=dict)

    def make(self, key: str, token: str, inputs: Inputs) -> None:
        checked, failures = self.provider.check(token, f"urn:pulumi:t::p::{token}::{key}", {}, inputs)
        assert not failures, failures
        self.ids[key], self.outputs[key] = self.provider.create(token, checked)
        self.made.append((token, self.ids[key], checked, self.outputs[key]))

    def arn(self, key: str) -> str:
        return str(self.outputs[key]["arn"])

    def clear(self) -> None:
        for token, resource_id, inputs, outputs in reversed(self.made):
            self.provider.delete(token, resource_id, inputs, outputs)


def build(provider: Provider) -> World:  # noqa: C901 - a list of what there is
    world = World(provider)
    make = world.make
    make("vpc", "aws:ec2/vpc:Vpc", {"cidrBlock": "10.50.0.0/16", "tags": {"Name": "base"}})
    make("vpc2", "aws:ec2/vpc:Vpc", {"cidrBlock": "10.60.0.0/16", "tags": {"Name": "other"}})
    for number in (1, 2):
        make(
            f"subnet{number}",
            "aws:ec2/subnet:Subnet",
            {
                "vpcId": world.ids["vpc"],
                "cidrBlock": f"10.50.{number}.0/24",
                "availabilityZone": "us-east-1a",
            },
        )
    for name in ("group", "peer", "group2"):
        make(name, "aws:ec2/securityGroup:SecurityGroup", {"vpcId": world.ids["vpc"]})
    for name in ("routes", "routes2"):
        make(name, "aws:ec2/routeTable:RouteTable", {"vpcId": world.ids["vpc"], "tags": {"Name": name}})
    for name in ("key", "key2"):
        make(name, "aws:kms/key:Key", {"deletionWindowInDays": 7, "tags": {"Name": name}})
    for name in ("queue", "queue2", "dead"):
        make(name, "aws:sqs/queue:Queue", {})
    for name in ("topic", "topic2"):
        make(name, "aws:sns/topic:Topic", {})
    for name in ("role", "role2"):
        make(name, "aws:iam/role:Role", {"assumeRolePolicy": trust("lambda.amazonaws.com")})
    make(
        "table",
        "aws:dynamodb/table:Table",
        {
            "hashKey": "id",
            "attributes": [{"name": "id", "type": "S"}],
            "billingMode": "PAY_PER_REQUEST",
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
        },
    )
    for name in ("function", "function2"):
        make(
            name,
            "aws:lambda/function:Function",
            {
                "role": world.arn("role"),
                "code": zip_of("base"),
                "handler": "handler.handle",
                "runtime": "python3.11",
            },
        )
    make("bus", "aws:cloudwatch/eventBus:EventBus", {})
    make(
        "rule",
        "aws:cloudwatch/eventRule:EventRule",
        {"eventBusName": world.ids["bus"], "eventPattern": '{"source": ["a"]}'},
    )
    for name in ("api", "bare_api"):
        make(name, "aws:apigateway/restApi:RestApi", {})
    root = world.outputs["api"]["rootResourceId"]
    make(
        "path",
        "aws:apigateway/resource:Resource",
        {"restApi": world.ids["api"], "parentId": root, "pathPart": "base"},
    )
    make(
        "bare_path",
        "aws:apigateway/resource:Resource",
        {
            "restApi": world.ids["bare_api"],
            "parentId": world.outputs["bare_api"]["rootResourceId"],
            "pathPart": "bare",
        },
    )
    make(
        "bare_method",
        "aws:apigateway/method:Method",
        {
            "restApi": world.ids["bare_api"],
            "resourceId": world.ids["bare_path"],
            "httpMethod": "PUT",
            "authorization": "AWS_IAM",
        },
    )
    make(
        "validator",
        "aws:apigateway/requestValidator:RequestValidator",
        {"restApi": world.ids["api"], "validateRequestBody": True},
    )
    for name in ("model", "model2"):
        make(
            name,
            "aws:apigateway/model:Model",
            {"restApi": world.ids["api"], "name": name, "contentType": "application/json", "schema": "{}"},
        )
    make(
        "method",
        "aws:apigateway/method:Method",
        {
            "restApi": world.ids["api"],
            "resourceId": world.ids["path"],
            "httpMethod": "PUT",
            "authorization": "AWS_IAM",
        },
    )
    make(
        "integration",
        "aws:apigateway/integration:Integration",
        {
            "restApi": world.ids["api"],
            "resourceId": world.ids["path"],
            "httpMethod": "PUT",
            "type": "AWS_PROXY",
            "integrationHttpMethod": "POST",
            "uri": world.outputs["function"]["invokeArn"],
        },
    )
    for name in ("deployment", "deployment2"):
        make(name, "aws:apigateway/deployment:Deployment", {"restApi": world.ids["api"], "description": name})
    make(
        "stage",
        "aws:apigateway/stage:Stage",
        {"restApi": world.ids["api"], "stageName": "base", "deployment": world.ids["deployment"]},
    )
    return world


@dataclass(frozen=True)
class Case:
    """`change` is applied to the inputs in place; each of `replace` alone must force a new resource."""

    token: str
    inputs: Callable[[World], Inputs]
    change: Callable[[World], Inputs] = lambda _: {}
    replace: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.token.rsplit(":", 1)[-1]


CASES = (
    Case(
        "aws:ec2/vpc:Vpc",
        lambda _: {"cidrBlock": "10.9.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "v"}},
        lambda _: {"enableDnsHostnames": False, "tags": {"Name": "w", "More": "x"}},
        {"cidrBlock": "10.8.0.0/16"},
    ),
    Case(
        "aws:ec2/subnet:Subnet",
        lambda w: {"vpcId": w.ids["vpc"], "cidrBlock": "10.50.9.0/24", "availabilityZone": "us-east-1b"},
        lambda _: {"mapPublicIpOnLaunch": True, "tags": {"Name": "s"}},
        {"cidrBlock": "10.50.8.0/24", "availabilityZone": "us-east-1a", "vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/routeTable:RouteTable",
        lambda w: {"vpcId": w.ids["vpc"], "tags": {"Name": "r"}},
        lambda _: {"tags": {"Name": "r2"}},
        {"vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        lambda w: {"routeTableId": w.ids["routes"], "subnetId": w.ids["subnet1"]},
        lambda w: {"routeTableId": w.ids["routes2"]},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        lambda w: {"vpcId": w.ids["vpc2"], "tags": {"Name": "d"}},
        lambda _: {"tags": {"Name": "d2"}},
        {"vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/securityGroup:SecurityGroup",
        lambda w: {
            "name": "contract-group",
            "vpcId": w.ids["vpc"],
            "description": "One",
            "tags": {"Name": "g"},
        },
        lambda _: {"tags": {"Name": "g2"}},
        {"name": "contract-group-2", "description": "Two", "vpcId": "vpc-other"},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {
            "securityGroupId": w.ids["group"],
            "referencedSecurityGroupId": w.ids["peer"],
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "To the peer",
            "tags": {"Name": "e"},
        },
        lambda _: {"fromPort": 8443, "toPort": 8443, "description": "To the peer, elsewhere"},
        {"securityGroupId": "sg-other"},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {
            "securityGroupId": w.ids["group"],
            "prefixListId": "pl-02cd2c6b",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "To DynamoDB",
        },
        lambda _: {"description": "To DynamoDB alone"},
        {"securityGroupId": "sg-other"},
        name="SecurityGroupEgressRule to a prefix list",
    ),
    Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        lambda w: {
            "securityGroupId": w.ids["peer"],
            "cidrIpv4": "10.0.0.0/8",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
        lambda _: {"cidrIpv4": "10.50.0.0/16", "description": "From inside"},
        {"securityGroupId": "sg-other"},
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.ids["vpc"],
            "serviceName": "com.amazonaws.us-east-1.dynamodb",
            "routeTableIds": [w.ids["routes"]],
            "policy": policy("dynamodb:PutItem", Principal="*"),
            "tags": {"Name": "gateway"},
        },
        lambda w: {"policy": policy("dynamodb:GetItem", Principal="*"), "routeTableIds": [w.ids["routes2"]]},
        {"serviceName": "com.amazonaws.us-east-1.s3", "vpcEndpointType": "GatewayLoadBalancer"},
        name="VpcEndpoint Gateway",
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.ids["vpc"],
            "serviceName": "com.amazonaws.us-east-1.sqs",
            "vpcEndpointType": "Interface",
            "subnetIds": [w.ids["subnet1"]],
            "securityGroupIds": [w.ids["group"]],
            "privateDnsEnabled": True,
            "policy": policy("sqs:SendMessage", Principal="*"),
        },
        lambda w: {
            "subnetIds": [w.ids["subnet2"], w.ids["subnet1"]],
            "securityGroupIds": [w.ids["group2"]],
            "privateDnsEnabled": False,
        },
        {"serviceName": "com.amazonaws.us-east-1.sns", "vpcId": "vpc-other"},
        name="VpcEndpoint Interface",
    ),
    Case(
        "aws:kms/key:Key",
        lambda _: {
            "description": "One",
            "enableKeyRotation": True,
            "deletionWindowInDays": 7,
            "policy": policy("kms:DescribeKey", Principal="*"),
            "tags": {"Name": "k"},
        },
        lambda _: {
            "description": "Two",
            "enableKeyRotation": False,
            "isEnabled": False,
            "deletionWindowInDays": 8,
            "policy": policy("kms:Decrypt", Principal="*"),
            "tags": {"Name": "k2"},
        },
        {"keyUsage": "SIGN_VERIFY"},
    ),
    Case(
        "aws:kms/alias:Alias",
        lambda w: {"name": "alias/contract", "targetKeyId": w.ids["key"]},
        lambda w: {"targetKeyId": w.ids["key2"]},
        {"name": "alias/other"},
    ),
    Case(
        "aws:dynamodb/table:Table",
        lambda w: {
            "name": "contract",
            "hashKey": "id",
            "rangeKey": "at",
            "attributes": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
            "billingMode": "PAY_PER_REQUEST",
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": w.arn("key")},
            "pointInTimeRecovery": {"enabled": False},
            "ttl": {"attributeName": "expires_at", "enabled": True},
            "deletionProtectionEnabled": False,
        },
        lambda w: {
            "ttl": {"attributeName": "gone_at", "enabled": True},
            "pointInTimeRecovery": {"enabled": True},
            "streamViewType": "NEW_AND_OLD_IMAGES",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": w.arn("key2")},
            "tags": {"More": "x"},
        },
        {"name": "other", "hashKey": "at", "rangeKey": "id"},
    ),
    Case(
        "aws:sqs/queue:Queue",
        lambda w: {
            "name": "contract",
            "visibilityTimeoutSeconds": 360,
            "messageRetentionSeconds": 1209600,
            "receiveWaitTimeSeconds": 20,
            "kmsMasterKeyId": w.arn("key"),
            "kmsDataKeyReusePeriodSeconds": 300,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": w.arn("dead"), "maxReceiveCount": 5}),
        },
        lambda w: {
            "visibilityTimeoutSeconds": 30,
            "kmsMasterKeyId": w.arn("key2"),
            "redrivePolicy": json.dumps({"deadLetterTargetArn": w.arn("dead"), "maxReceiveCount": 3}),
            "redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"}),
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:sqs/queuePolicy:QueuePolicy",
        lambda w: {"queueUrl": w.ids["queue"], "policy": policy("sqs:SendMessage", Principal="*")},
        lambda _: {"policy": policy("sqs:ReceiveMessage", Principal="*")},
        {"queueUrl": "http://127.0.0.1/other"},
    ),
    Case(
        "aws:sns/topic:Topic",
        lambda w: {
            "name": "contract",
            "displayName": "Alerts",
            "kmsMasterKeyId": w.arn("key"),
            "tracingConfig": "Active",
        },
        lambda w: {
            "displayName": "Alarms",
            "kmsMasterKeyId": w.arn("key2"),
            "tracingConfig": "PassThrough",
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:sns/topicPolicy:TopicPolicy",
        lambda w: {"arn": w.arn("topic"), "policy": policy("sns:Publish", Principal="*")},
        lambda _: {"policy": policy("sns:Subscribe", Principal="*")},
        {"arn": "arn:aws:sns:us-east-1:123456789012:other"},
    ),
    Case(
        "aws:sns/topicSubscription:TopicSubscription",
        lambda w: {"topic": w.arn("topic"), "protocol": "email", "endpoint": "a@example.com"},
        lambda _: {"filterPolicy": json.dumps({"kind": ["a"]})},
        {
            "topic": "arn:aws:sns:us-east-1:123456789012:other",
            "endpoint": "b@example.com",
            "protocol": "email-json",
        },
    ),
    Case(
        "aws:iam/role:Role",
        lambda _: {
            "name": "contract",
            "assumeRolePolicy": trust("lambda.amazonaws.com"),
            "description": "One",
            "tags": {"Name": "r"},
        },
        lambda _: {
            "assumeRolePolicy": trust("pipes.amazonaws.com"),
            "description": "Two",
            "maxSessionDuration": 7200,
            "tags": {"Name": "r2"},
        },
        {"name": "other", "path": "/x/"},
    ),
    Case(
        "aws:iam/rolePolicy:RolePolicy",
        lambda w: {"name": "contract", "role": w.ids["role2"], "policy": policy("sqs:SendMessage")},
        lambda _: {"policy": policy("sqs:ReceiveMessage")},
        {"name": "other", "role": "other"},
    ),
    Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        lambda w: {"role": w.ids["role2"], "policyArn": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"},
        replace={"role": "other", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    Case(
        "aws:cloudwatch/logGroup:LogGroup",
        lambda w: {"name": "/aws/lambda/contract", "retentionInDays": 7, "kmsKeyId": w.arn("key")},
        lambda w: {"retentionInDays": 14, "kmsKeyId": w.arn("key2"), "tags": {"More": "x"}},
        {"name": "/aws/lambda/other"},
    ),
    Case(
        "aws:lambda/function:Function",
        lambda w: {
            "name": "contract",
            "role": w.arn("role"),
            "code": zip_of("one"),
            "handler": "handler.handle",
            "runtime": "python3.11",
            "architectures": ["arm64"],
            "timeout": 15,
            "memorySize": 256,
            "reservedConcurrentExecutions": 100,
            "kmsKeyArn": w.arn("key"),
            "tracingConfig": {"mode": "Active"},
            "vpcConfig": {"subnetIds": [w.ids["subnet1"]], "securityGroupIds": [w.ids["group"]]},
            "loggingConfig": {"logFormat": "JSON", "applicationLogLevel": "INFO", "systemLogLevel": "WARN"},
            "environment": {"variables": {"A": "1"}},
        },
        lambda w: {
            "code": zip_of("two"),
            "role": w.arn("role2"),
            "handler": "handler.other",
            "timeout": 20,
            "memorySize": 512,
            "description": "Two",
            "reservedConcurrentExecutions": 120,
            "kmsKeyArn": w.arn("key2"),
            "tracingConfig": {"mode": "PassThrough"},
            "vpcConfig": {
                "subnetIds": [w.ids["subnet2"], w.ids["subnet1"]],
                "securityGroupIds": [w.ids["group2"]],
            },
            "loggingConfig": {"logFormat": "JSON", "applicationLogLevel": "DEBUG", "systemLogLevel": "WARN"},
            "environment": {"variables": {"B": "2"}},
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:lambda/permission:Permission",
        lambda w: {
            "statementId": "contract",
            "function": w.ids["function"],
            "action": "lambda:InvokeFunction",
            "principal": "events.amazonaws.com",
            "sourceArn": "arn:aws:events:us-east-1:123456789012:rule/a/b",
        },
        replace={
            "statementId": "other",
            "function": "other",
            "action": "lambda:InvokeFunctionUrl",
            "principal": "sns.amazonaws.com",
            "sourceArn": "arn:aws:events:us-east-1:123456789012:rule/a/c",
            "sourceAccount": "123456789012",
        },
    ),
    Case(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        lambda w: {
            "functionName": w.ids["function"],
            "maximumRetryAttempts": 2,
            "maximumEventAgeInSeconds": 21600,
            "destinationConfig": {"onFailure": {"destination": w.arn("dead")}},
        },
        lambda w: {
            "maximumRetryAttempts": 1,
            "maximumEventAgeInSeconds": 60,
            "destinationConfig": {"onFailure": {"destination": w.arn("queue2")}},
        },
        {"functionName": "other"},
    ),
    Case(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        lambda w: {
            "eventSourceArn": w.arn("queue2"),
            "functionName": w.ids["function"],
            "batchSize": 10,
            "functionResponseTypes": ["ReportBatchItemFailures"],
            "scalingConfig": {"maximumConcurrency": 4},
        },
        lambda w: {
            "batchSize": 5,
            "functionName": w.ids["function2"],
            "scalingConfig": {"maximumConcurrency": 8},
            "enabled": False,
            "tags": {"More": "x"},
        },
        {"eventSourceArn": "arn:aws:sqs:us-east-1:123456789012:other"},
    ),
    Case(
        "aws:apigateway/restApi:RestApi",
        lambda _: {
            "name": "contract",
            "description": "One",
            "endpointConfiguration": {"types": "REGIONAL"},
            "securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06",
            "endpointAccessMode": "STRICT",
        },
        lambda _: {
            "name": "contract-2",
            "description": "Two",
            "endpointConfiguration": {"types": "EDGE"},
            "securityPolicy": "SecurityPolicy_TLS13_1_2_PQ_2025_09",
            "disableExecuteApiEndpoint": True,
            "tags": {"More": "x"},
        },
    ),
    Case(
        "aws:apigateway/resource:Resource",
        lambda w: {
            "restApi": w.ids["api"],
            "parentId": w.outputs["api"]["rootResourceId"],
            "pathPart": "one",
        },
        lambda _: {"pathPart": "two"},
        {"restApi": "other"},
    ),
    Case(
        "aws:apigateway/model:Model",
        lambda w: {
            "restApi": w.ids["api"],
            "name": "Contract",
            "contentType": "application/json",
            "description": "One",
            "schema": json.dumps({"type": "object"}),
        },
        lambda _: {"description": "Two", "schema": json.dumps({"type": "array"})},
        {"restApi": "other", "name": "Other", "contentType": "text/plain"},
    ),
    Case(
        "aws:apigateway/requestValidator:RequestValidator",
        lambda w: {"restApi": w.ids["api"], "name": "contract", "validateRequestBody": True},
        lambda _: {"name": "other", "validateRequestBody": False, "validateRequestParameters": True},
        {"restApi": "other"},
    ),
    Case(
        "aws:apigateway/method:Method",
        lambda w: {
            "restApi": w.ids["api"],
            "resourceId": w.ids["path"],
            "httpMethod": "POST",
            "authorization": "AWS_IAM",
            "requestModels": {"application/json": "model"},
            "requestValidatorId": w.ids["validator"],
        },
        lambda _: {
            "authorization": "NONE",
            "apiKeyRequired": True,
            "operationName": "Post",
            "requestModels": {"application/json": "model2"},
        },
        {"restApi": "other", "resourceId": "other", "httpMethod": "GET"},
    ),
    Case(
        "aws:apigateway/integration:Integration",
        lambda w: {
            "restApi": w.ids["bare_api"],
            "resourceId": w.ids["bare_path"],
            "httpMethod": "PUT",
            "type": "AWS_PROXY",
            "integrationHttpMethod": "POST",
            "uri": w.outputs["function"]["invokeArn"],
            "timeoutMilliseconds": 10000,
        },
        lambda w: {"uri": w.outputs["function2"]["invokeArn"], "timeoutMilliseconds": 5000},
        {"restApi": "other", "resourceId": "other", "httpMethod": "GET", "integrationHttpMethod": "GET"},
    ),
    Case(
        "aws:apigateway/response:Response",
        lambda w: {
            "restApiId": w.ids["api"],
            "responseType": "BAD_REQUEST_BODY",
            "statusCode": "400",
            "responseTemplates": {"application/json": "{}"},
            "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
        },
        lambda _: {"statusCode": "422", "responseTemplates": {"application/json": '{"a": 1}'}},
        {"restApiId": "other", "responseType": "THROTTLED"},
    ),
    Case(
        "aws:apigateway/deployment:Deployment",
        lambda w: {"restApi": w.ids["api"], "description": "One", "triggers": {"hash": "a"}},
        lambda _: {"description": "Two"},
        {"restApi": "other", "triggers": {"hash": "b"}},
    ),
    Case(
        "aws:apigateway/stage:Stage",
        lambda w: {
            "restApi": w.ids["api"],
            "stageName": "contract",
            "deployment": w.ids["deployment"],
            "description": "One",
            "xrayTracingEnabled": True,
            "tags": {"Name": "s"},
        },
        lambda w: {
            "deployment": w.ids["deployment2"],
            "description": "Two",
            "xrayTracingEnabled": False,
            "accessLogSettings": {
                "destinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:a",
                "format": "$context.requestId",
            },
            "tags": {"Name": "s2"},
        },
        {"restApi": "other", "stageName": "other"},
    ),
    Case(
        "aws:apigateway/methodSettings:MethodSettings",
        lambda w: {
            "restApi": w.ids["api"],
            "stageName": "base",
            "methodPath": "*/*",
            "settings": {
                "throttlingRateLimit": 1000,
                "throttlingBurstLimit": 1000,
                "metricsEnabled": True,
                "loggingLevel": "OFF",
                "dataTraceEnabled": False,
            },
        },
        lambda _: {
            "settings": {
                "throttlingRateLimit": 500,
                "throttlingBurstLimit": 2000,
                "metricsEnabled": False,
                "loggingLevel": "OFF",
                "dataTraceEnabled": False,
            }
        },
        {"restApi": "other", "stageName": "other", "methodPath": "a/GET"},
    ),
    Case(
        "aws:apigateway/account:Account",
        lambda w: {"cloudwatchRoleArn": w.arn("role")},
        lambda w: {"cloudwatchRoleArn": w.arn("role2")},
    ),
    Case(
        "aws:cloudwatch/eventBus:EventBus",
        lambda w: {
            "name": "contract",
            "description": "One",
            "kmsKeyIdentifier": w.arn("key"),
            "deadLetterConfig": {"arn": w.arn("dead")},
        },
        lambda w: {
            "description": "Two",
            "kmsKeyIdentifier": w.arn("key2"),
            "deadLetterConfig": {"arn": w.arn("queue2")},
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/eventRule:EventRule",
        lambda w: {
            "name": "contract",
            "eventBusName": w.ids["bus"],
            "description": "One",
            "eventPattern": json.dumps({"source": ["a"], "detail": {"n": [{"numeric": [">", 1]}]}}),
            "state": "ENABLED",
        },
        lambda _: {
            "description": "Two",
            "eventPattern": json.dumps({"source": ["b"]}),
            "state": "DISABLED",
            "tags": {"More": "x"},
        },
        {"name": "other", "eventBusName": "other"},
    ),
    Case(
        "aws:cloudwatch/eventTarget:EventTarget",
        lambda w: {
            "rule": w.outputs["rule"]["name"],
            "eventBusName": w.ids["bus"],
            "targetId": "contract",
            "arn": w.arn("function"),
            "retryPolicy": {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 86400},
            "deadLetterConfig": {"arn": w.arn("dead")},
        },
        lambda w: {
            "arn": w.arn("function2"),
            "retryPolicy": {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 60},
            "deadLetterConfig": {"arn": w.arn("queue2")},
        },
        {"rule": "other", "eventBusName": "other", "targetId": "other"},
    ),
    Case(
        "aws:pipes/pipe:Pipe",
        lambda w: {
            "name": "contract",
            "roleArn": w.arn("role"),
            "source": w.outputs["table"]["streamArn"],
            "target": w.arn("bus"),
            "sourceParameters": {
                "dynamodbStreamParameters": {
                    "startingPosition": "TRIM_HORIZON",
                    "batchSize": 10,
                    "onPartialBatchItemFailure": "AUTOMATIC_BISECT",
                    "maximumRetryAttempts": 10,
                    "deadLetterConfig": {"arn": w.arn("dead")},
                },
                "filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT"]}'}]},
            },
            "targetParameters": {"eventbridgeEventBusParameters": {"source": "a", "detailType": "b"}},
        },
        lambda _: {
            "description": "Two",
            "desiredState": "STOPPED",
            "sourceParameters": {
                "dynamodbStreamParameters": {"startingPosition": "TRIM_HORIZON", "batchSize": 5},
                "filterCriteria": {"filters": [{"pattern": '{"eventName": ["MODIFY"]}'}]},
            },
            "targetParameters": {"eventbridgeEventBusParameters": {"source": "c", "detailType": "d"}},
            "tags": {"More": "x"},
        },
        {"name": "other", "source": "arn:aws:dynamodb:us-east-1:123456789012:table/x/stream/y"},
    ),
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda w: {
            "name": "contract",
            "alarmDescription": "One",
            "namespace": "AWS/SQS",
            "metricName": "ApproximateNumberOfMessagesVisible",
            "dimensions": {"QueueName": "q"},
            "statistic": "Maximum",
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 0,
            "period": 60,
            "evaluationPeriods": 1,
            "alarmActions": [w.arn("topic")],
            "treatMissingData": "notBreaching",
        },
        lambda w: {
            "alarmDescription": "Two",
            "threshold": 2.5,
            "dimensions": {"QueueName": "r"},
            "alarmActions": [w.arn("topic2")],
            "okActions": [w.arn("topic")],
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda _: {
            "name": "contract-expression",
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 1,
            "evaluationPeriods": 3,
            "metricQueries": [
                {"id": "rate", "expression": "errors / 2", "label": "Rate", "returnData": True},
                {
                    "id": "errors",
                    "metric": {
                        "namespace": "AWS/Lambda",
                        "metricName": "Errors",
                        "dimensions": {"FunctionName": "f"},
                        "period": 60,
                        "stat": "Sum",
                    },
                },
            ],
        },
        lambda _: {"evaluationPeriods": 5, "actionsEnabled": False},
        {"name": "other"},
        name="MetricAlarm on an expression",
    ),
    Case(
        "aws:cloudwatch/dashboard:Dashboard",
        lambda _: {"dashboardName": "contract", "dashboardBody": json.dumps({"widgets": []})},
        lambda _: {"dashboardBody": json.dumps({"widgets": [], "start": "-PT3H"})},
        {"dashboardName": "other"},
    ),
    Case(
        "random:index/randomPassword:RandomPassword",
        lambda _: {"length": 64, "special": False},
        replace={"length": 32, "special": True, "keepers": {"rotation": "2"}},
    ),
)
