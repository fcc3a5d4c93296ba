"""Cases of roles, log groups and Lambda."""

from emulator.tests.provider.contract.case import Case
from emulator.tests.provider.contract.documents import policy, trust, zip_of

FUNCTIONS = (
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
        lambda w: {"role": w.ids["role2"], "policyArn": "arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess"},
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
)
