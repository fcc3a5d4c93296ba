"""Cases of API Gateway."""

import json

from emulator.tests.provider.contract.case import Case

API = (
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
)
