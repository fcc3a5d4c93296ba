"""EventBridge, Pipes, Budgets, CloudWatch's alarms and dashboards: named by us, so every ARN is exact.

Sources: internal/service/events/{bus,rule,target}.go, internal/service/pipes/pipe.go and
internal/service/cloudwatch/{metric_alarm,dashboard}.go of terraform-provider-aws; the service authorization
reference; for the key's actions "Encrypting event buses with AWS KMS keys" in the EventBridge user guide
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html); "Using
condition keys to limit alarm actions" in the CloudWatch user guide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tools.audit.deployer_rights.grants import Conditions, Grant, Scope
from tools.audit.deployer_rights.rows.row import Row, through_key
from tools.deploy.program_runner.recorded import Resource


def _bus(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.arn("events", f"event-bus/{resource.inputs['name']}"),)
    yield Grant("ReadBuses", ("events:DescribeEventBus", "events:ListTagsForResource"), arn, reads=True)
    yield Grant(
        "WriteBuses",
        (
            "events:CreateEventBus",
            "events:UpdateEventBus",
            "events:TagResource",
            "events:UntagResource",
            "events:DeleteEventBus",
        ),
        arn,
    )
    if resource.inputs.get("kmsKeyIdentifier"):
        # Patterns and targets of the bus's rules are encrypted too: whoever describes one decrypts it.
        yield through_key(
            scope,
            "events",
            "kms:DescribeKey",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:Encrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        )
        decrypt = through_key(scope, "events", "kms:Decrypt")
        yield replace(decrypt, sid="ReadRulesOfBuses", reads=True)


def _rule_arn(scope: Scope, bus: str | None, name: str) -> tuple[str]:
    return (scope.arn("events", f"rule/{bus}/{name}" if bus else f"rule/{name}"),)


def _rule(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = _rule_arn(scope, resource.inputs.get("eventBusName"), resource.inputs["name"])
    yield Grant("ReadRules", ("events:DescribeRule", "events:ListTagsForResource"), arn, reads=True)
    yield Grant(
        "WriteRules",
        (
            "events:PutRule",
            "events:TagResource",
            "events:UntagResource",
            "events:DeleteRule",
        ),
        arn,
    )


def _target(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = _rule_arn(scope, resource.inputs.get("eventBusName"), resource.inputs["rule"])
    yield Grant("ReadTargets", ("events:ListTargetsByRule",), arn, reads=True)
    only_this: Conditions = {
        "ForAllValues:ArnEquals": {"events:TargetArn": (_ours(scope, resource.inputs["arn"]),)},
        "Null": {"events:TargetArn": ("false",)},
    }
    yield Grant("PutTargets", ("events:PutTargets",), arn, only_this)
    yield Grant("RemoveTargets", ("events:RemoveTargets",), arn)


def _ours(scope: Scope, arn: str) -> str:
    """Return an ARN that a program registers as one of the account."""
    parts = arn.split(":")
    return ":".join([*parts[:4], scope.account_id, *parts[5:]])


def _pipe(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.arn("pipes", f"pipe/{resource.inputs['name']}"),)
    yield Grant("ReadPipes", ("pipes:DescribePipe", "pipes:ListTagsForResource"), arn, reads=True)
    yield Grant(
        "WritePipes",
        (
            "pipes:CreatePipe",
            "pipes:UpdatePipe",
            "pipes:TagResource",
            "pipes:UntagResource",
            "pipes:DeletePipe",
        ),
        arn,
    )


def _alarm(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.arn("cloudwatch", f"alarm:{resource.inputs['name']}"),)
    read = ("cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource")
    yield Grant("ReadAlarms", read, arn, reads=True)
    # An alarm may also stop any instance of EC2 in the account, or start a function.
    actions = [*resource.inputs.get("alarmActions", []), *resource.inputs.get("okActions", [])]
    only_these: Conditions = {
        "ForAllValues:StringEquals": {
            "cloudwatch:AlarmActions": tuple(dict.fromkeys(_ours(scope, each) for each in actions))
        }
    }
    yield Grant("PutAlarms", ("cloudwatch:PutMetricAlarm",), arn, only_these)
    yield Grant(
        "WriteAlarms",
        (
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
            "cloudwatch:DeleteAlarms",
        ),
        arn,
    )


def _dashboard(scope: Scope, resource: Resource) -> Iterator[Grant]:
    # Dashboards belong to no region.
    arn = (scope.arn("cloudwatch", f"dashboard/{resource.inputs['dashboardName']}", region=""),)
    yield Grant("ReadDashboards", ("cloudwatch:GetDashboard",), arn, reads=True)
    yield Grant("WriteDashboards", ("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"), arn)


def _budget(scope: Scope, resource: Resource) -> Iterator[Grant]:
    # Budgets belong to no region, and have one action for all that reads and one for all that writes.
    arn = (scope.arn("budgets", f"budget/{resource.inputs['name']}", region=""),)
    read = ("budgets:ViewBudget", "budgets:ListTagsForResource")
    yield Grant("ReadBudgets", read, arn, reads=True)
    write = ("budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource")
    yield Grant("WriteBudgets", write, arn)


def _sampling_rule(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.arn("xray", f"sampling-rule/{resource.inputs['ruleName']}"),)
    yield Grant(
        "ListSamplingRules",
        ("xray:GetSamplingRules",),
        ("*",),
        scope.in_region,
        reads=True,
        reason="X-Ray has no call for a single rule, and lists them for no resource",
    )
    yield Grant("ReadSamplingRules", ("xray:ListTagsForResource",), arn, reads=True)
    yield Grant(
        "WriteSamplingRules",
        (
            "xray:CreateSamplingRule",
            "xray:UpdateSamplingRule",
            "xray:DeleteSamplingRule",
            "xray:TagResource",
            "xray:UntagResource",
        ),
        arn,
    )


ROWS: Mapping[str, Row] = {
    "aws:cloudwatch/eventBus:EventBus": _bus,
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/eventTarget:EventTarget": _target,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:budgets/budget:Budget": _budget,
    "aws:xray/samplingRule:SamplingRule": _sampling_rule,
    "aws:pipes/pipe:Pipe": _pipe,
}
