"""Names: ``{resource-type}-{environment-suffix}`` in Pulumi and in AWS, unique, not too long for AWS."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tests.policy.checks.registry import check, every, setting
from tests.support import resource_outputs
from tests.support.recorded import Estate, Resource

PHYSICAL_NAMES: Mapping[str, str] = {
    "apigateway/stage:Stage": "stage_name",
    "cloudwatch/dashboard:Dashboard": "dashboard_name",
    "xray/samplingRule:SamplingRule": "rule_name",
}
"""Input that holds the physical name, where it is not ``name``."""
OTHER_NAMES: Mapping[str, str] = {
    "cloudwatch/logGroup:LogGroup": r"/aws/lambda/[a-z][a-z0-9-]*-{suffix}|[a-z][a-z0-9-]*-{suffix}",
    "kms/alias:Alias": r"alias/[a-z][a-z0-9-]*-{suffix}",
    "apigateway/model:Model": r"[a-z][A-Za-z0-9]*{capitalised}",
    "apigateway/stage:Stage": r"stage-{suffix}",
}
"""Physical names of another form: AWS forces Lambda's log groups, aliases and alphanumeric models; the
stage's name is part of the URL that payment services call, where ``api-`` would say it twice."""
NAME_LIMITS: Mapping[str, int] = {
    "xray/samplingRule:SamplingRule": 32,
    "iam/role:Role": 64,
    "lambda/function:Function": 64,
    "pipes/pipe:Pipe": 64,
    "cloudwatch/eventRule:EventRule": 64,
    "sqs/queue:Queue": 80,
    "budgets/budget:Budget": 100,
    "iam/rolePolicy:RolePolicy": 128,
    "apigateway/stage:Stage": 128,
    "cloudwatch/metricAlarm:MetricAlarm": 255,
    "dynamodb/table:Table": 255,
    "ec2/securityGroup:SecurityGroup": 255,
    "sns/topic:Topic": 256,
    "cloudwatch/eventBus:EventBus": 256,
}
OWN_WORDS: Mapping[str, frozenset[str]] = {
    "aws:sqs/queue:Queue": frozenset({"queue", "dlq"}),
    "fraud:infra:Queue": frozenset({"queue", "dlq"}),
    "random:index/randomPassword:RandomPassword": frozenset({"secret"}),
}
"""Words for types that are called otherwise: a dead-letter queue is a DLQ, a random password is a secret."""
MANDATED = ("aws:dynamodb/table:Table", "transactions")
"""The one resource whose name is given."""


@check
def logical_names_follow_the_rule(estate: Estate) -> Iterator[str]:
    """Every resource is called {resource-type}-{environment-suffix} in Pulumi."""
    rule = re.compile(rf"[a-z][a-z0-9]*(-[a-z0-9]+)*-{re.escape(estate.suffix)}")
    for resource in estate.resources:
        if not rule.fullmatch(resource.name):
            yield f"{resource}: is not {{resource-type}}-{estate.suffix}"


@check
def names_carry_their_type(estate: Estate) -> Iterator[str]:
    """Every name holds the last word of its type, as ``ingest-function`` does, or one of OWN_WORDS."""
    for resource in estate.resources:
        if (resource.type, resource.name.removesuffix(f"-{estate.suffix}")) == MANDATED:
            continue
        word = re.findall(r"[A-Z]?[a-z]+", resource.type.rpartition(":")[2])[-1].lower()
        words = OWN_WORDS.get(resource.type, frozenset({word}))
        if not words & set(resource.name.split("-")):
            yield f"{resource}: its name holds no {' or '.join(sorted(words))}"


@check
def physical_names_follow_the_rule(estate: Estate) -> Iterator[str]:
    """Everything that AWS names has its logical name there too, but for OTHER_NAMES."""
    capitalised = "".join(part.capitalize() for part in estate.suffix.split("-"))
    for resource in estate.resources:
        type_ = resource.type.removeprefix("aws:")
        if type_.startswith(("pulumi:", "random:")) or not resource.custom:
            continue
        if not _is_named(resource):
            tag = setting(resource, "tags", "Name")
            if resource_outputs.accepts(resource.type, "tags") and tag != resource.name:
                yield f"{resource}: its Name tag is {tag!r}"
            continue
        name = _physical_name(resource)
        pattern = OTHER_NAMES.get(type_, re.escape(resource.name))
        if not re.fullmatch(pattern.format(suffix=re.escape(estate.suffix), capitalised=capitalised), name):
            yield f"{resource}: is {name!r} in AWS"


def _is_named(resource: Resource) -> bool:
    return resource_outputs.accepts(
        resource.type, PHYSICAL_NAMES.get(resource.type.removeprefix("aws:"), "name")
    )


def _physical_name(resource: Resource) -> str:
    head, *tail = PHYSICAL_NAMES.get(resource.type.removeprefix("aws:"), "name").split("_")
    return str(setting(resource, head + "".join(part.capitalize() for part in tail)))


@check
def names_fit_the_limits_of_aws(estate: Estate) -> Iterator[str]:
    """No name is longer than AWS accepts for its type."""
    for type_, limit in NAME_LIMITS.items():
        for resource in every(estate, type_):
            name = _physical_name(resource)
            if len(name) > limit:
                yield f"{resource}: {len(name)} characters, {limit} are allowed"


@check
def physical_names_are_unique(estate: Estate) -> Iterator[str]:
    """No two resources of a type have one name in AWS: the second would fail, or take over the first."""
    names = Counter(
        (resource.type, _physical_name(resource))
        for resource in estate.resources
        if resource.custom and resource.type.startswith("aws:") and _is_named(resource)
    )
    yield from (
        f"{type_}: {count} are called {name!r}" for (type_, name), count in names.items() if count > 1
    )
