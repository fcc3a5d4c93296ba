"""The pages of AWS that say which rights the calls of a row need, and on what."""

from collections.abc import Mapping

_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_{}.html"
_EVENTS_KEY = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html"
_FUNCTION_KEY = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"
_FUNCTION_NETWORK = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"
_TABLE_KEY = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
_BOUNDARIES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
_API_TAGS = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html"
)
_ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
_KEY_TAGS = "https://docs.aws.amazon.com/kms/latest/developerguide/abac.html"
_EC2_TAGS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"


def _of(service: str, *more: str) -> tuple[str, ...]:
    return (_REFERENCE.format(service), *more)


PAGES: Mapping[str, tuple[str, ...]] = {
    "aws:apigateway/deployment:Deployment": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/integration:Integration": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/method:Method": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/methodSettings:MethodSettings": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/model:Model": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/requestValidator:RequestValidator": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/resource:Resource": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/response:Response": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/restApi:RestApi": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:apigateway/stage:Stage": _of("amazonapigatewaymanagement", _API_TAGS),
    "aws:budgets/budget:Budget": _of("awsbudgetservice"),
    "aws:cloudwatch/dashboard:Dashboard": _of("amazoncloudwatch"),
    "aws:cloudwatch/eventBus:EventBus": _of("amazoneventbridge", _EVENTS_KEY),
    "aws:cloudwatch/eventRule:EventRule": _of("amazoneventbridge", _EVENTS_KEY),
    "aws:cloudwatch/eventTarget:EventTarget": _of("amazoneventbridge", _EVENTS_KEY),
    "aws:cloudwatch/logGroup:LogGroup": _of("amazoncloudwatchlogs"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _of("amazoncloudwatch"),
    "aws:dynamodb/table:Table": _of("amazondynamodb", _TABLE_KEY),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _of("amazonec2", _EC2_TAGS),
    "aws:ec2/routeTable:RouteTable": _of("amazonec2", _EC2_TAGS),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _of("amazonec2"),
    "aws:ec2/securityGroup:SecurityGroup": _of("amazonec2", _EC2_TAGS),
    "aws:ec2/subnet:Subnet": _of("amazonec2", _EC2_TAGS),
    "aws:ec2/vpc:Vpc": _of("amazonec2", _EC2_TAGS),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _of("amazonec2", _EC2_TAGS, _ENDPOINTS),
    "aws:iam/role:Role": _of("awsidentityandaccessmanagementiam", _BOUNDARIES),
    "aws:iam/rolePolicy:RolePolicy": _of("awsidentityandaccessmanagementiam", _BOUNDARIES),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _of(
        "awsidentityandaccessmanagementiam", _BOUNDARIES
    ),
    "aws:kms/alias:Alias": _of("awskeymanagementservice"),
    "aws:kms/key:Key": _of("awskeymanagementservice", _KEY_TAGS),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _of("awslambda"),
    "aws:lambda/function:Function": _of("awslambda", _FUNCTION_KEY, _FUNCTION_NETWORK),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _of("awslambda"),
    "aws:lambda/permission:Permission": _of("awslambda"),
    "aws:pipes/pipe:Pipe": _of("amazoneventbridgepipes"),
    "aws:sns/topic:Topic": _of("amazonsns"),
    "aws:sns/topicPolicy:TopicPolicy": _of("amazonsns"),
    "aws:sns/topicSubscription:TopicSubscription": _of("amazonsns"),
    "aws:sqs/queue:Queue": _of("amazonsqs"),
    "aws:sqs/queuePolicy:QueuePolicy": _of("amazonsqs"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _of("amazonec2", _EC2_TAGS),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _of("amazonec2", _EC2_TAGS),
    "aws:xray/samplingRule:SamplingRule": _of("awsx-ray"),
}
"""Pulumi type -> the pages on which its row stands."""
