"""Names that break the rule, tell nothing of their type, or are too long."""

from tests.policy.mutations import Planted, with_fields, with_input

FUNCTION = "lambda/function:Function"
QUEUE = "sqs/queue:Queue"
ROLE = "iam/role:Role"
TABLE = "dynamodb/table:Table"

PLANTED = (
    Planted(
        "logical_names_follow_the_rule", with_fields(QUEUE, "pipe-dlq", name="dev-pipe-dlq"), "dev-pipe-dlq"
    ),
    Planted(
        "logical_names_follow_the_rule", with_fields(TABLE, "alerts-table", name="Alerts-dev"), "Alerts-dev"
    ),
    Planted("physical_names_follow_the_rule", with_input(TABLE, "alerts-table", "name", "alerts"), "alerts"),
    Planted("physical_names_follow_the_rule", with_input(QUEUE, "bus-dlq", "name", None), "None"),
    Planted("physical_names_follow_the_rule", with_input("ec2/vpc:Vpc", "vpc", "tags", None), "Name tag"),
    Planted(
        "physical_names_follow_the_rule",
        with_input("kms/alias:Alias", "kms-alias", "name", "alias/fraud"),
        "alias/fraud",
    ),
    Planted(
        "physical_names_follow_the_rule",
        with_input("apigateway/stage:Stage", "api-stage", "stageName", "v1"),
        "v1",
    ),
    Planted(
        "names_fit_the_limits_of_aws", with_input(ROLE, "ingest-role", "name", "r" * 65), "65 characters"
    ),
    Planted("names_fit_the_limits_of_aws", with_input(QUEUE, "pipe-dlq", "name", "q" * 81), "81 characters"),
    Planted("physical_names_are_unique", with_input(QUEUE, "pipe-dlq", "name", "bus-dlq-dev"), "bus-dlq-dev"),
    Planted(
        "names_carry_their_type", with_fields(FUNCTION, "ingest-function", name="ingest-dev"), "no function"
    ),
    Planted("names_carry_their_type", with_fields(QUEUE, "bus-dlq", name="bus-failures-dev"), "dlq or queue"),
    Planted("names_carry_their_type", with_fields(ROLE, "pipe-role", name="pipe-roles-dev"), "no role"),
    Planted("names_carry_their_type", with_fields(TABLE, "alerts-table", name="alerts-dev"), "no table"),
    Planted(
        "names_carry_their_type",
        with_fields("fraud:infra:Function", "ingest-function", name="ingest-dev"),
        "no function",
    ),
)
