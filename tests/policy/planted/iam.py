"""Policies that allow too much, too little, or nonsense."""

from tests.policy.mutations import (
    Planted,
    append,
    drop,
    set_in,
    with_input,
    with_statements,
    without,
)

KEY = "kms/key:Key"
ROLE = "iam/role:Role"
ROLE_POLICY = "iam/rolePolicy:RolePolicy"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"

PLANTED = (
    Planted(
        "every_policy_is_known",
        with_input("sns/topic:Topic", "fraud-alerts-topic", "policy", '{"Statement": []}'),
        "no check reads",
    ),
    Planted(
        "every_policy_is_known", with_input(ROLE, "pipe-role", "inlinePolicies", [{"name": "x"}]), "inline"
    ),
    Planted(
        "policies_are_well_formed",
        with_statements(
            ROLE_POLICY, "ingest-policy", "policy", set_in("WriteLog", "NotAction", ["s3:GetObject"])
        ),
        "does not mean",
    ),
    Planted(
        "policies_are_well_formed",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Sid", "DeliverFailures")),
        "Sids are",
    ),
    Planted(
        "policies_are_well_formed",
        with_input(ROLE_POLICY, "pipe-policy", "policy", '{"Statement": []}'),
        "version",
    ),
    Planted(
        "no_action_is_a_wildcard",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Action", ["dynamodb:*"])),
        "dynamodb:*",
    ),
    Planted(
        "no_action_is_a_wildcard",
        with_statements(KEY, "kms-key", "policy", set_in("KeyAdministration", "Action", "kms:*")),
        "kms:*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(ROLE_POLICY, "detector-policy", "policy", set_in("DeliverFailures", "Resource", "*")),
        "'*'",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in(
                "WriteLog",
                "Resource",
                ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/*:log-stream:*"],
            ),
        ),
        "/aws/lambda/*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in("IngestUsesTransactions", "Resource", ["arn:aws:dynamodb:us-east-1:123456789012:table/*"]),
        ),
        "table/*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            append(
                Sid="Interfaces",
                Effect="Allow",
                Action=["ec2:CreateNetworkInterface"],
                Resource=["arn:aws:ec2:us-east-1:123456789012:*/*"],
            ),
        ),
        "Interfaces",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Resource", None)),
        "names no resource",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "rule-dlq-policy",
            "policy",
            set_in("SendFromService", "Principal", "*"),
        ),
        "allows anyone",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "rule-dlq-policy",
            "policy",
            set_in("SendFromService", "Condition", None),
        ),
        "any account",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(KEY, "kms-key", "policy", set_in("UseGrantedByIam", "Principal", {"AWS": "*"})),
        "allows anyone",
    ),
    Planted(
        "roles_are_assumed_by_one_service",
        with_statements(
            ROLE,
            "ingest-role",
            "assumeRolePolicy",
            set_in("Assume", "Principal", {"Service": "ec2.amazonaws.com"}),
        ),
        "ec2.amazonaws.com",
    ),
    Planted(
        "roles_are_assumed_by_one_service",
        with_statements(ROLE, "pipe-role", "assumeRolePolicy", set_in("Assume", "Condition", None)),
        "any pipe",
    ),
    Planted(
        "only_listed_managed_policies_are_attached",
        with_input(
            "iam/rolePolicyAttachment:RolePolicyAttachment",
            "ingest-tracing-attachment",
            "policyArn",
            EVERYTHING,
        ),
        "AdministratorAccess",
    ),
    Planted(
        "only_listed_managed_policies_are_attached",
        without("iam/rolePolicyAttachment:RolePolicyAttachment", "detector-tracing-attachment"),
        "detector-role",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in("IngestUsesTransactions", "Action", ["dynamodb:PutItem", "dynamodb:DeleteItem"]),
        ),
        "dynamodb:DeleteItem",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(ROLE_POLICY, "detector-policy", "policy", drop("DetectorReadsProfilesTable")),
        "dynamodb:BatchGetItem",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(
            ROLE_POLICY,
            "notifier-policy",
            "policy",
            set_in(
                "NotifierUsesFraudAlertsTopic",
                "Resource",
                ["arn:aws:sns:us-east-1:123456789012:operations-alarms-topic-dev"],
            ),
        ),
        "operations-alarms-topic",
    ),
    Planted(
        "key_use_is_bound_to_a_service",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("KeyThroughSqs", "Condition", None)),
        "KeyThroughSqs",
    ),
    Planted(
        "code_cannot_touch_network_interfaces",
        with_statements(ROLE_POLICY, "ingest-policy", "policy", drop("DenyNetworkInterfacesToCode")),
        "ingest-function-dev",
    ),
    Planted(
        "policies_pass_parliament",
        with_statements(
            ROLE_POLICY, "pipe-policy", "policy", set_in("DeliverFailures", "Action", ["sqs:SendMessages"])
        ),
        "UNKNOWN_ACTION",
    ),
    Planted(
        "policies_pass_parliament",
        with_statements(
            ROLE_POLICY,
            "pipe-policy",
            "policy",
            set_in(
                "DeliverFailures", "Resource", ["arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-dev"]
            ),
        ),
        "RESOURCE_MISMATCH",
    ),
)
