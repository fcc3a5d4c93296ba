"""What holds for every resource alike: destroyable, replaceable, in us-east-1, tagged."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.policy.checks.naming import NAME_LIMITS
from tests.policy.checks.registry import check, every, setting
from tests.support import resource_outputs
from tests.support.recorded import Estate

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
