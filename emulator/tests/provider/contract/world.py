"""What the cases depend on: resources of every service, made once."""

from dataclasses import dataclass, field
from typing import Any

from emulator.provider.provider import Provider
from emulator.tests.provider.contract.documents import trust, zip_of

Inputs = dict[str, Any]


@dataclass
class World:
    """What the cases depend on, made once with the same provider."""

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
        for policy in ("AWSXRayDaemonWriteAccess", "service-role/AWSLambdaENIManagementAccess"):
            make(
                f"{name}-{policy}",
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                {"role": world.ids[name], "policyArn": f"arn:aws:iam::aws:policy/{policy}"},
            )
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
