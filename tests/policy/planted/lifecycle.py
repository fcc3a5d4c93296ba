"""Resources that stay or stray."""

from tests.policy.mutations import (
    Planted,
    with_fields,
    with_input,
    with_option,
)
from tests.support.resource_outputs import UNGIVEN

AWS_PROVIDER = "pulumi:providers:aws"
GROUP = "ec2/securityGroup:SecurityGroup"
KEY = "kms/key:Key"
QUEUE = "sqs/queue:Queue"
ROLE = "iam/role:Role"
TABLE = "dynamodb/table:Table"

PLANTED = (
    Planted("nothing_is_kept_on_destroy", with_option(TABLE, "alerts-table", "protect", True), "protect"),
    Planted("nothing_is_kept_on_destroy", with_option(KEY, "kms-key", "retain_on_delete", True), "retain"),
    Planted(
        "nothing_is_kept_on_destroy",
        with_input(TABLE, "profiles-table", "deletionProtectionEnabled", True),
        "profiles",
    ),
    Planted(
        "nothing_is_kept_on_destroy",
        with_input("cloudwatch/logGroup:LogGroup", "ingest-log-group", "skipDestroy", True),
        "skipDestroy",
    ),
    Planted(
        "nothing_is_kept_on_destroy", with_input(ROLE, "pipe-role", "forceDetachPolicies", True), "force"
    ),
    Planted(
        "keys_are_deleted_as_soon_as_aws_allows", with_input(KEY, "kms-key", "deletionWindowInDays", 30), "30"
    ),
    Planted(
        "keys_are_deleted_as_soon_as_aws_allows",
        with_input(KEY, "kms-key", "deletionWindowInDays", None),
        "None",
    ),
    Planted(
        "providers_are_explicit_and_in_us_east_1",
        with_input(AWS_PROVIDER, "aws-data", "region", "eu-west-1"),
        "eu-west-1",
    ),
    Planted(
        "providers_are_explicit_and_in_us_east_1",
        with_fields(QUEUE, "suspicious-queue", provider=""),
        "provider is",
    ),
    Planted(
        "later_layers_stay_in_the_account_of_the_network",
        with_input(AWS_PROVIDER, "aws-alerting", "allowedAccountIds", None),
        "aws-alerting-dev: may work in any account",
    ),
    Planted(
        "everything_is_in_us_east_1", with_input(TABLE, "alerts-table", "region", "us-west-2"), "us-west-2"
    ),
    Planted(
        "everything_is_in_us_east_1",
        with_input("ec2/subnet:Subnet", "private-subnet-a", "availabilityZone", "eu-central-1a"),
        "eu-central-1",
    ),
    Planted(
        "everything_is_tagged", with_input(AWS_PROVIDER, "aws-compute", "defaultTags", None), "tags are {}"
    ),
    Planted(
        "everything_is_tagged",
        with_input(AWS_PROVIDER, "aws-compute", "defaultTags", '{"tags": {"Project": "fraud-detection"}}'),
        "tags are",
    ),
    Planted(
        "no_input_is_a_missing_output",
        with_input("kms/alias:Alias", "kms-alias", "targetKeyId", f"arn:{UNGIVEN}"),
        "kms-alias",
    ),
    Planted(
        "no_required_input_is_missing",
        with_input(
            "iam/rolePolicyAttachment:RolePolicyAttachment", "ingest-tracing-attachment", "policyArn", None
        ),
        "policyArn",
    ),
    Planted(
        "replaced_names_are_free_first",
        with_option(ROLE, "pipe-role", "delete_before_replace", False),
        "pipe-role",
    ),
    Planted(
        "security_groups_are_replaced_with_their_vpc_alone",
        with_option(GROUP, "endpoint-security-group", "delete_before_replace", True),
        "is to be deleted while endpoints and functions use it",
    ),
    Planted(
        "security_groups_are_replaced_with_their_vpc_alone",
        with_option(GROUP, "function-security-group", "ignore_changes", ()),
        "another description asks for a second group",
    ),
)
