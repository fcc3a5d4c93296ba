"""List the remaining resources of an environment in the emulator, by name suffix or tag.

`python -m tools.local.engine.leftovers [--environment local] [--run-directory DIR]` prints them, one per
line, and exits with 1 if there are any. A KMS key pending deletion counts as deleted.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud, is_missing
from tools.local.run_directory import emulator_of, run_directory

_TAG = "Environment"
"""Tag with the environment suffix."""


def leftovers(cloud: Cloud, suffix: str) -> list[str]:
    """Return the remaining resources as `kind name`, sorted."""
    belongs = _belongs_to(suffix)
    found = [f"{kind} {name}" for kind, list_all in _LISTS.items() for name in list_all(cloud, belongs)]
    return sorted(found)


Belongs = Callable[[str, Mapping[str, str]], bool]
Lister = Callable[[Cloud, Belongs], Iterator[str]]


def _belongs_to(suffix: str) -> Belongs:
    """Return a test whether a resource has the suffix in its name or the environment's tag."""
    pattern = re.compile(rf"(^|[-/:]){re.escape(suffix)}($|[/:])")
    camel = f"{suffix[:1].upper()}{suffix[1:]}"

    def belongs(name: str, found: Mapping[str, str]) -> bool:
        return found.get(_TAG) == suffix or bool(pattern.search(name)) or name.endswith(camel)

    return belongs


def _pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])
    else:
        yield from getattr(client, operation)(**arguments).get(key, [])


def _ec2(operation: str, key: str, identity: str) -> Lister:
    def list_all(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
        for each in _pages(cloud.client("ec2"), operation, key):
            if each.get("State") != "deleted" and belongs("", tags.as_map(each.get("Tags"))):
                yield str(each[identity])

    return list_all


def _named(service: str, operation: str, key: str, name: str | None) -> Lister:
    """Return a lister of resources by name; `name` is the field of the name, None for a list of names."""

    def list_all(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
        for each in _pages(cloud.client(service), operation, key):
            found = str(each[name] if name else each)
            if belongs(found, {}):
                yield found

    return list_all


def _keys(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    kms = cloud.client("kms")
    for key in _pages(kms, "list_keys", "Keys"):
        if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion":
            continue
        found = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
        if belongs("", tags.as_map(found, key="TagKey", value="TagValue")):
            yield str(key["KeyId"])


def _rules(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    events = cloud.client("events")
    for bus in _pages(events, "list_event_buses", "EventBuses"):
        for rule in _pages(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            if belongs(rule["Name"], {}):
                yield f"{bus['Name']}/{rule['Name']}"


def _mappings(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    for mapping in _pages(cloud.client("lambda"), "list_event_source_mappings", "EventSourceMappings"):
        if belongs(mapping["FunctionArn"], {}) or belongs(mapping["EventSourceArn"], {}):
            yield str(mapping["UUID"])


def _subscriptions(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    for each in _pages(cloud.client("sns"), "list_subscriptions", "Subscriptions"):
        if belongs(each["TopicArn"], {}):
            yield f"{each['TopicArn']} {each['Endpoint']}"


def _role_policies(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    iam = cloud.client("iam")
    for role in _pages(iam, "list_roles", "Roles"):
        try:
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                if belongs(name, {}):
                    yield f"{role['RoleName']}/{name}"
        except Exception as error:
            if not is_missing(error):  # a role may be deleted concurrently
                raise


def _budgets(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    found = cloud.client("budgets").describe_budgets(AccountId=cloud.account_id).get("Budgets", [])
    yield from (each["BudgetName"] for each in found if belongs(each["BudgetName"], {}))


def _sampling_rules(cloud: Cloud, belongs: Belongs) -> Iterator[str]:
    records = cloud.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    names = (each["SamplingRule"]["RuleName"] for each in records)
    yield from (name for name in names if belongs(name, {}))


_LISTS: Mapping[str, Lister] = {
    "vpc": _ec2("describe_vpcs", "Vpcs", "VpcId"),
    "subnet": _ec2("describe_subnets", "Subnets", "SubnetId"),
    "route-table": _ec2("describe_route_tables", "RouteTables", "RouteTableId"),
    "security-group": _ec2("describe_security_groups", "SecurityGroups", "GroupId"),
    "security-group-rule": _ec2("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    "vpc-endpoint": _ec2("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "network-interface": _ec2("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "key": _keys,
    "key-alias": _named("kms", "list_aliases", "Aliases", "AliasName"),
    "table": _named("dynamodb", "list_tables", "TableNames", None),
    "queue": _named("sqs", "list_queues", "QueueUrls", None),
    "topic": _named("sns", "list_topics", "Topics", "TopicArn"),
    "subscription": _subscriptions,
    "role": _named("iam", "list_roles", "Roles", "RoleName"),
    "role-policy": _role_policies,
    "log-group": _named("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "function": _named("lambda", "list_functions", "Functions", "FunctionName"),
    "event-source-mapping": _mappings,
    "rest-api": _named("apigateway", "get_rest_apis", "items", "name"),
    "event-bus": _named("events", "list_event_buses", "EventBuses", "Name"),
    "rule": _rules,
    "pipe": _named("pipes", "list_pipes", "Pipes", "Name"),
    "alarm": _named("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "budget": _budgets,
    "sampling-rule": _sampling_rules,
    "dashboard": _named("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
}


def main() -> int:
    """Print the remaining resources; return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.local.engine.leftovers", description=main.__doc__)
    parser.add_argument("--environment", default="local", help="the environment's suffix (default: local)")
    parser.add_argument("--run-directory", type=Path, default=run_directory())
    options = parser.parse_args()
    found = leftovers(Cloud.of(emulator_of(options.run_directory)), options.environment)
    print("\n".join(found) or f"nothing is left of {options.environment}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
