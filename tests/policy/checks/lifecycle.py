"""What holds for every resource alike: destroyable, named by the rule, in us-east-1, tagged."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.policy.checks.registry import check, every, setting
from tests.support import resource_outputs
from tests.support.recorded import Estate, Resource

REGION = "us-east-1"
SHORTEST_DELETION_DAYS = 7
KEEPING_INPUTS = (
    "deletionProtection",
    "deletionProtectionEnabled",
    "skipDestroy",
    "skipFinalSnapshot",
    "preventDestroy",
    "retainOnDelete",
    "forceDestroy",
    "forceDetachPolicies",
    "forceDelete",
    "forceOverwriteReplicaSecret",
    "bypassPolicyLockoutSafetyCheck",
)
PHYSICAL_NAMES: Mapping[str, str] = {
    "apigateway/stage:Stage": "stage_name",
    "cloudwatch/dashboard:Dashboard": "dashboard_name",
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
    "iam/role:Role": 64,
    "lambda/function:Function": 64,
    "pipes/pipe:Pipe": 64,
    "cloudwatch/eventRule:EventRule": 64,
    "sqs/queue:Queue": 80,
    "iam/rolePolicy:RolePolicy": 128,
    "apigateway/stage:Stage": 128,
    "cloudwatch/metricAlarm:MetricAlarm": 255,
    "dynamodb/table:Table": 255,
    "ec2/securityGroup:SecurityGroup": 255,
    "sns/topic:Topic": 256,
    "cloudwatch/eventBus:EventBus": 256,
}
SECURITY_GROUP = "ec2/securityGroup:SecurityGroup"
WANTED_TAGS = {"Project", "Environment", "Layer", "Owner", "ManagedBy"}


@check
def nothing_is_kept_on_destroy(estate: Estate) -> Iterator[str]:
    """No resource is protected, retained, or told to survive or force its deletion."""
    for resource in estate.resources:
        for option in ("protect", "retain_on_delete"):
            if resource.options.get(option):
                yield f"{resource}: {option}"
        yield from (f"{resource}: {name} is set" for name in KEEPING_INPUTS if resource.inputs.get(name))


@check
def keys_are_deleted_as_soon_as_aws_allows(estate: Estate) -> Iterator[str]:
    """A key waits the shortest time that AWS knows before it is deleted: 7 days."""
    for key in every(estate, "kms/key:Key"):
        if setting(key, "deletionWindowInDays") != SHORTEST_DELETION_DAYS:
            yield f"{key}: waits {setting(key, 'deletionWindowInDays')!r} days"


@check
def logical_names_follow_the_rule(estate: Estate) -> Iterator[str]:
    """Every resource is called {resource-type}-{environment-suffix} in Pulumi."""
    rule = re.compile(rf"[a-z][a-z0-9]*(-[a-z0-9]+)*-{re.escape(estate.suffix)}")
    for resource in estate.resources:
        if not rule.fullmatch(resource.name):
            yield f"{resource}: is not {{resource-type}}-{estate.suffix}"


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
def providers_are_explicit_and_in_us_east_1(estate: Estate) -> Iterator[str]:
    """Every resource has a provider of its layer, and every AWS provider works in us-east-1."""
    for provider in every(estate, "pulumi:providers:aws"):
        if setting(provider, "region") != REGION:
            yield f"{provider}: region is {setting(provider, 'region')!r}"
    declared = {
        resource.urn for resource in estate.resources if resource.type.startswith("pulumi:providers:")
    }
    for resource in estate.resources:
        if not resource.custom or resource.urn in declared:
            continue
        provider_urn = resource.provider.rsplit("::", 1)[0]
        package = resource.type.split(":")[0]
        if provider_urn not in declared or f"pulumi:providers:{package}::" not in f"{provider_urn}::":
            yield f"{resource}: provider is {resource.provider!r}"


@check
def later_layers_stay_in_the_account_of_the_network(estate: Estate) -> Iterator[str]:
    """Credentials of another account than the one where the network stands deploy nothing beside it."""
    for provider in every(estate, "pulumi:providers:aws"):
        if provider.layer == "network":
            continue
        allowed = setting(provider, "allowedAccountIds")
        allowed = json.loads(allowed) if isinstance(allowed, str) else allowed
        if allowed != [resource_outputs.ACCOUNT_ID]:
            yield f"{provider}: may work in {allowed or 'any account'}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


@check
def everything_is_in_us_east_1(estate: Estate) -> Iterator[str]:
    """No input names another region: not as a setting, not in an ARN, not in a zone or service name."""
    region = re.compile(
        r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:north|south|east|west|central)[a-z]*-\d"
    )
    for resource in estate.resources:
        others = {found for text in _strings(resource.inputs) for found in region.findall(text)} - {REGION}
        if others:
            yield f"{resource}: names {sorted(others)}"


@check
def everything_is_tagged(estate: Estate) -> Iterator[str]:
    """Every AWS provider tags all it makes with project, environment, layer, owner and tool."""
    for provider in every(estate, "pulumi:providers:aws"):
        tags = setting(provider, "defaultTags")
        tags = json.loads(tags) if isinstance(tags, str) else tags or {}
        given = tags.get("tags", {})
        if set(given) != WANTED_TAGS or given.get("Environment") != estate.suffix or not all(given.values()):
            yield f"{provider}: tags are {given}"
        if given.get("Layer") != provider.layer:
            yield f"{provider}: says it is layer {given.get('Layer')!r}"


@check
def no_input_is_a_missing_output(estate: Estate) -> Iterator[str]:
    """No input was made from an output that its resource does not have: such a value vanishes in silence."""
    for resource in estate.resources:
        if any(resource_outputs.UNGIVEN in text for text in _strings(resource.inputs)):
            yield f"{resource}: reads an output that AWS does not give"


@check
def no_required_input_is_missing(estate: Estate) -> Iterator[str]:
    """No input that its type cannot do without has become ``None`` on the way, which mocks do not notice."""
    for resource in estate.resources:
        if resource.custom and not resource.type.startswith("pulumi:"):
            required = resource_outputs.required_inputs(resource.type)
            if missing := sorted(
                required - {key for key, value in resource.inputs.items() if value is not None}
            ):
                yield f"{resource}: has no {missing}"


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


@check
def replaced_names_are_free_first(estate: Estate) -> Iterator[str]:
    """A resource whose name AWS cannot have twice is deleted before its replacement is made."""
    for type_ in NAME_LIMITS.keys() - {SECURITY_GROUP}:
        for resource in every(estate, type_):
            if resource.options.get("delete_before_replace") is not True:
                yield f"{resource}: its replacement would collide with its own name"


@check
def security_groups_are_replaced_with_their_vpc_alone(estate: Estate) -> Iterator[str]:
    """A group in use cannot go first, and a VPC has a name once: within one VPC nothing replaces it."""
    for group in every(estate, SECURITY_GROUP):
        if group.options.get("delete_before_replace") is not False:
            yield f"{group}: is to be deleted while endpoints and functions use it"
        if "description" not in group.options.get("ignore_changes", ()):
            yield f"{group}: another description asks for a second group of its name"
