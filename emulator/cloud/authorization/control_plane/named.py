"""Services whose resource names the caller chooses, so that a call's parameters give the ARN."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from emulator.cloud.account import ACCOUNT_ID, arn
from emulator.cloud.authorization.control_plane.keys import tags_of
from emulator.cloud.authorization.control_plane.reading import (
    asked_for,
    pairs,
    passed,
    plain_tags,
    through_service,
)
from emulator.cloud.authorization.requirements import Requirement, bus_arn, key_arn, table_arn
from emulator.cloud.calls import Call


def cloudwatch(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for alarms and dashboards; a dashboard's ARN has no region."""
    parameters, action = call.content, f"cloudwatch:{call.operation}"
    given = asked_for(plain_tags(parameters.get("Tags")))
    states = ("AlarmActions", "OKActions", "InsufficientDataActions")
    given["cloudwatch:alarmactions"] = tuple(each for state in states for each in parameters.get(state, []))
    single = [parameters["AlarmName"]] if "AlarmName" in parameters else []
    for name in (*single, *parameters.get("AlarmNames", [])):
        yield Requirement(action, arn("cloudwatch", f"alarm:{name}"), given)
    boards = [parameters["DashboardName"]] if "DashboardName" in parameters else []
    for name in (*boards, *parameters.get("DashboardNames", [])):
        yield Requirement(action, f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{name}")
    if "ResourceARN" in parameters:
        yield Requirement(action, parameters["ResourceARN"], given)


def budgets(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for budgets; AWS has one action to view and one to modify them."""
    parameters = call.content
    arn_of_all = f"arn:aws:budgets::{ACCOUNT_ID}:budget/"
    if "ResourceARN" in parameters:
        given = asked_for(plain_tags(parameters.get("ResourceTags")))
        yield Requirement(f"budgets:{call.operation}", parameters["ResourceARN"], given)
        return
    name = parameters.get("BudgetName") or (
        parameters.get("Budget") or parameters.get("NewBudget") or {}
    ).get("BudgetName", "*")
    reads = call.operation.startswith("Describe")
    yield Requirement("budgets:ViewBudget" if reads else "budgets:ModifyBudget", f"{arn_of_all}{name}")
    if parameters.get("ResourceTags"):
        given = asked_for(plain_tags(parameters["ResourceTags"]))
        yield Requirement("budgets:TagResource", f"{arn_of_all}{name}", given)


def xray(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for sampling rules; listing them has no resource."""
    parameters, action = call.content, f"xray:{call.operation}"
    given = asked_for(plain_tags(parameters.get("Tags")))
    rule = parameters.get("SamplingRule") or parameters.get("SamplingRuleUpdate") or parameters
    if "ResourceARN" in parameters:
        yield Requirement(action, parameters["ResourceARN"], given)
    elif "RuleName" in rule:
        yield Requirement(action, arn("xray", f"sampling-rule/{rule['RuleName']}"), given)


def dynamodb(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for tables; DynamoDB creates grants on a table's key on behalf of the caller."""
    if call.operation != "CreateTable":
        return
    parameters = call.content
    given = asked_for(plain_tags(parameters.get("Tags")))
    yield Requirement("dynamodb:CreateTable", table_arn(parameters["TableName"]), given)
    if key := parameters.get("SSESpecification", {}).get("KMSMasterKeyId"):
        actions = ("CreateGrant", "DescribeKey", "Decrypt")
        yield from through_service("dynamodb", key_arn(key), tags_of(key_arn(key)), actions)


def events(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for event buses, rules and targets."""
    parameters, action = call.content, f"events:{call.operation}"
    given = asked_for(plain_tags(parameters.get("Tags")))
    if "ResourceARN" in parameters:
        yield Requirement(action, parameters["ResourceARN"], given)
    elif call.operation.endswith("EventBus"):
        yield Requirement(action, bus_arn(parameters["Name"]), given)
        if key := parameters.get("KmsKeyIdentifier"):
            actions = ("DescribeKey", "GenerateDataKey", "Decrypt")
            yield from through_service("events", key_arn(key), tags_of(key_arn(key)), actions)
    elif call.operation.endswith(("Rule", "Targets")):
        targets = tuple(each["Arn"] for each in parameters.get("Targets", []))
        context = {"events:targetarn": targets} if call.operation == "PutTargets" and targets else {}
        yield Requirement(action, _rule(parameters), {**given, **context})


def _rule(parameters: dict[str, Any]) -> str:
    bus = str(parameters.get("EventBusName") or "default").rpartition("/")[2]
    name = parameters.get("Rule") or parameters.get("Name")
    return arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def logs(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for calls that take a log group's ARN, such as tagging."""
    parameters = call.content
    if "resourceArn" in parameters:
        given = asked_for(plain_tags(parameters.get("tags")))
        yield Requirement(f"logs:{call.operation}", parameters["resourceArn"].removesuffix(":*"), given)


def pipes(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for pipes, including passing the pipe's role."""
    parts = [unquote(part) for part in call.request.path.split("/") if part]
    parameters, action = call.content, f"pipes:{call.operation}"
    given = asked_for(plain_tags(parameters.get("Tags")))
    if parts[0] == "tags":
        yield Requirement(action, "/".join(parts[1:]), given)
    elif len(parts) > 2:
        yield Requirement(action, arn("pipes", f"pipe/{parts[2]}"), given)
        if "RoleArn" in parameters:
            yield passed(parameters["RoleArn"], "pipes.amazonaws.com")


def sns(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for topics and subscriptions."""
    parameters, action = call.form, f"sns:{call.operation}"
    if call.operation == "CreateTopic":
        given = asked_for(pairs(parameters, "Tags.member"))
        yield Requirement(action, arn("sns", parameters["Name"]), given)
    elif call.operation == "Subscribe":
        context = {
            "sns:protocol": (parameters.get("Protocol", ""),),
            "sns:endpoint": (parameters.get("Endpoint", ""),),
        }
        yield Requirement(action, parameters["TopicArn"], context)
    elif "ResourceArn" in parameters:
        yield Requirement(action, parameters["ResourceArn"], asked_for(pairs(parameters, "Tags.member")))
