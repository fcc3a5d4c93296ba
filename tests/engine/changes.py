"""What is done to each layer, by its owner and behind its back, to see whether the engines see the same."""

from collections.abc import Callable, Mapping
from pathlib import Path

from emulator.provider.cloud import Cloud
from tests.engine.world import World

PASSING = "passing"
"""Names what is in every layer at first and is taken out of its program later."""
_TEMPORARY = """

# until it is taken out again
import json
import pulumi
import pulumi_aws as aws
_provider = aws.Provider("{passing}", region="us-east-1", default_tags={{"tags": {{"Passing": "yes"}}}})
_options = pulumi.ResourceOptions(provider=_provider)
_queue = aws.sqs.Queue("{passing}-{layer}-dev", name="{passing}-{layer}-dev", opts=_options)
_policy = _queue.arn.apply(lambda arn: json.dumps({{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}}]}}))
aws.sqs.QueuePolicy("{passing}-policy-{layer}-dev", queue_url=_queue.url, policy=_policy, opts=_options)
pulumi.export("{passing}_arn", _queue.arn)
"""
_ADDED = "\n\nimport pulumi\npulumi.export('added', ['by', 'its', 'owner'])\n"
_MOVED_ROLE = """
import pulumi


def _moved(arguments):
    if arguments.type_ == "aws:iam/role:Role" and arguments.name == "ingest-role-dev":
        return pulumi.ResourceTransformationResult({**arguments.props, "path": "/moved/"}, arguments.opts)
    return None


pulumi.runtime.register_stack_transformation(_moved)
"""

_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "network": {"endpoint_availability_zones": "2"},
    "data": {"point_in_time_recovery": "true", "transactions_time_to_live_days": "0"},
    "compute": {
        "log_level": "DEBUG",
        "api_burst_limit": "900",
        "api_access_logs": "true",
        "traced_per_cent": "7",
    },
    "alerting": {
        "operator_emails": "[on-call-dev@example.com]",
        "notifier_maximum_concurrency": "7",
        "monthly_budget_dollars": "70",
    },
}
"""Settings that update in place, and such that make or take away resources."""


def add_what_passes(world: World) -> None:
    """Put resources into every program that `change` takes out."""
    for layer in _SETTINGS:
        main = _main(world, layer)
        main.write_text(main.read_text("utf-8") + _TEMPORARY.format(passing=PASSING, layer=layer), "utf-8")


def change(world: World, layer: str) -> None:
    """Change settings, take resources out of the program, and add an export."""
    for key, value in _SETTINGS[layer].items():
        world.set(layer, key, value)
    main = _main(world, layer)
    text, passing, _ = main.read_text("utf-8").partition("\n\n# until it is taken out again")
    assert passing, f"{main} was changed before"
    main.write_text(text + _ADDED, "utf-8")


def force_replacement(world: World, layer: str) -> None:
    """Change what AWS sets for good."""
    if layer == "network":
        world.set(layer, "vpc_cidr", "10.30.0.0/16")
    elif layer == "data":
        world.edit("stacks/data/program.py", "length=64", "length=48")
    elif layer == "compute":
        main = _main(world, layer)
        main.write_text(_MOVED_ROLE + main.read_text("utf-8"), "utf-8")
    else:
        world.set(layer, "security_team_emails", "[Fraud-Team-dev@example.com]")


def _main(world: World, layer: str) -> Path:
    return world.project / "stacks" / layer / "__main__.py"


def _behind_network(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")

    def tagged(name: str) -> list[dict[str, list[str] | str]]:
        return [{"Name": "tag:Name", "Values": [name]}]

    (vpc,) = ec2.describe_vpcs(Filters=tagged("vpc-dev"))["Vpcs"]
    ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], EnableDnsHostnames={"Value": False})
    (endpoint,) = ec2.describe_vpc_endpoints(Filters=tagged("sns-endpoint-dev"))["VpcEndpoints"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])


def _behind_data(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="suspicious-queue-dev")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "17"})
    cloud.client("dynamodb").delete_table(TableName="alerts-table-dev")


def _behind_compute(cloud: Cloud) -> None:
    cloud.client("lambda").update_function_configuration(FunctionName="ingest-function-dev", Timeout=4)
    cloud.client("logs").delete_log_group(logGroupName="/aws/lambda/detector-function-dev")


def _behind_alerting(cloud: Cloud) -> None:
    cloud.client("lambda").put_function_concurrency(
        FunctionName="notifier-function-dev", ReservedConcurrentExecutions=130
    )
    cloud.client("cloudwatch").delete_dashboards(DashboardNames=["pipeline-dashboard-dev"])


BEHIND_THE_BACK: Mapping[str, Callable[[Cloud], None]] = {
    "network": _behind_network,
    "data": _behind_data,
    "compute": _behind_compute,
    "alerting": _behind_alerting,
}
"""For each layer one resource that drifts and one that vanishes."""
