"""Over-broad rights of a deployer are found, by the check that is for them."""

import pytest

from tests.policy.deployer_checks import (
    ACCOUNT,
    CHECKS,
    Check,
    Statement,
    actions_are_exact,
    alarms_only_tell,
    alerts_go_to_known_addresses,
    data_is_not_read,
    deployer,
    everything_is_only_looked_at,
    foreign_things_cannot_be_claimed,
    kinds_are_bound_by_tags,
    no_layer_no_place_outside_the_network,
    only_known_policies_are_attached,
    planted,
    rights_are_given_to_own_roles_alone,
    roles_are_handed_to_one_service,
    roles_are_written_within_their_boundary,
    statements,
    targets_are_known,
)
from tools.audit.deployer_rights.deployer import Duty

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
REGION = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
MADE = {"StringEquals": {"aws:RequestTag/Layer": "network"}}
PLANTED: list[tuple[Check, Statement]] = [
    (actions_are_exact, planted("sqs:*", f"arn:aws:sqs:us-east-1:{ACCOUNT}:pipe-dlq-dev")),
    (actions_are_exact, planted("*", "*")),
    (everything_is_only_looked_at, planted("sqs:DeleteQueue", "*", **REGION)),
    (everything_is_only_looked_at, planted("ec2:DescribeVpcs", "*")),
    (everything_is_only_looked_at, planted("kms:CreateKey", "*", **REGION)),
    (everything_is_only_looked_at, planted("lambda:CreateEventSourceMapping", "*", **REGION)),
    (kinds_are_bound_by_tags, planted("ec2:DeleteVpc", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/*")),
    (kinds_are_bound_by_tags, planted("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", **REGION)),
    (kinds_are_bound_by_tags, planted("sqs:DeleteQueue", f"arn:aws:sqs:us-east-1:{ACCOUNT}:*")),
    (kinds_are_bound_by_tags, planted("apigateway:DELETE", "arn:aws:apigateway:us-east-1::/restapis/*")),
    (
        foreign_things_cannot_be_claimed,
        planted("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/*", **MADE),
    ),
    (
        foreign_things_cannot_be_claimed,
        planted("kms:TagResource", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", **MADE),
    ),
    (rights_are_given_to_own_roles_alone, planted("iam:PutRolePolicy", f"{ROLE}/fraud-deploy-compute-dev")),
    (rights_are_given_to_own_roles_alone, planted("iam:PutRolePolicy", f"{ROLE}/*")),
    (rights_are_given_to_own_roles_alone, planted("iam:CreatePolicyVersion", f"{ROLE}/ingest-role-dev")),
    (rights_are_given_to_own_roles_alone, planted("sts:AssumeRole", f"{ROLE}/ingest-role-dev")),
    (roles_are_handed_to_one_service, planted("iam:PassRole", f"{ROLE}/ingest-role-dev")),
    (
        roles_are_handed_to_one_service,
        planted(
            "iam:PassRole",
            f"{ROLE}/ingest-role-dev",
            StringEquals={"iam:PassedToService": "ec2.amazonaws.com"},
        ),
    ),
    (only_known_policies_are_attached, planted("iam:AttachRolePolicy", f"{ROLE}/ingest-role-dev")),
    (
        only_known_policies_are_attached,
        planted(
            "iam:AttachRolePolicy",
            f"{ROLE}/ingest-role-dev",
            ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
    ),
    (roles_are_written_within_their_boundary, planted("iam:PutRolePolicy", f"{ROLE}/ingest-role-dev")),
    (
        roles_are_written_within_their_boundary,
        planted(
            "iam:CreateRole",
            f"{ROLE}/ingest-role-dev",
            ArnEquals={"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/pipe-role-boundary-dev"},
        ),
    ),
    (
        no_layer_no_place_outside_the_network,
        planted(
            "lambda:UpdateFunctionConfiguration",
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:ingest-function-dev",
        ),
    ),
    (
        no_layer_no_place_outside_the_network,
        planted(
            "lambda:CreateFunction",
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:ingest-function-dev",
            Null={"lambda:Layer": "true"},
        ),
    ),
    (
        alerts_go_to_known_addresses,
        planted(
            "sns:Subscribe",
            f"arn:aws:sns:us-east-1:{ACCOUNT}:fraud-alerts-topic-dev",
            StringEquals={"sns:Protocol": "email"},
        ),
    ),
    (targets_are_known, planted("events:PutTargets", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/x/y")),
    (
        alarms_only_tell,
        planted("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:x"),
    ),
    (
        data_is_not_read,
        planted("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/alerts-table-dev"),
    ),
]


@pytest.mark.parametrize(("check", "statement"), PLANTED, ids=lambda each: getattr(each, "__name__", ""))
def test_an_over_broad_statement_is_found(check: Check, statement: Statement) -> None:
    of = deployer("compute", Duty.DEPLOY)
    assert len(list(check(of, [*statements(of), statement]))) == 1


def test_every_check_is_shown_what_it_must_find() -> None:
    assert {check for check, _ in PLANTED} == set(CHECKS)
