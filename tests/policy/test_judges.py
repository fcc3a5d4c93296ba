"""What parliament and cloudsplaining find in every policy of a role is nothing, or accepted with a reason."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cloudsplaining.scan.policy_document import PolicyDocument

from tests.support.harness import deploy_all
from tests.support.policy_lint import findings
from tools.audit import terraform
from tools.audit.matrix import deploying_roles, people, pipeline_roles
from tools.deploy.boundaries.documents import boundaries

LOOKED_AT = (
    "allows_privilege_escalation",
    "permissions_management_without_constraints",
    "allows_data_exfiltration_actions",
    "credentials_exposure",
    "service_wildcard",
    "write_actions_without_constraints",
    "tagging_actions_without_constraints",
    "infrastructure_modification",
)
"""What cloudsplaining looks for."""


@dataclass(frozen=True)
class Accepted:
    """A finding that stays."""

    judge: str
    finding: str
    where: str
    reason: str

    def fits(self, judge: str, where: str, finding: str) -> bool:
        return (
            judge == self.judge
            and re.fullmatch(self.where, where) is not None
            and re.fullmatch(self.finding, finding, re.DOTALL) is not None
        )


ACCEPTED = [
    Accepted(**entry)
    for entry in yaml.safe_load(
        Path(__file__).with_name("accepted_findings.yaml").read_text(encoding="utf-8")
    )
]
OF_POLICIES = [each for each in ACCEPTED if each.judge != "checkov"]
OF_RESOURCES = [each for each in ACCEPTED if each.judge == "checkov"]


def documents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy of every role and job, and every boundary."""
    deployment = deploy_all("dev")
    for holder in (*pipeline_roles(deployment), *people(deployment), *deploying_roles(deployment)):
        for number, text in enumerate(holder.policies, start=1):
            yield f"{holder.name} {number}", {"Version": "2012-10-17", **json.loads(text)}
    for each in boundaries("123456789012", "dev"):
        yield each.name, each.document


def by_cloudsplaining(document: Mapping[str, Any]) -> Iterator[str]:
    policy = PolicyDocument(dict(document))
    for name in LOOKED_AT:
        found = getattr(policy, name)
        for each in found() if callable(found) else found:
            yield f"{name}: {each if isinstance(each, str) else json.dumps(each, sort_keys=True)}"


def all_findings() -> set[tuple[str, str, str]]:
    return {
        (judge, where, finding)
        for where, document in documents()
        for judge, found in (
            ("parliament", findings(document)),
            ("cloudsplaining", by_cloudsplaining(document)),
        )
        for finding in found
    }


def test_every_finding_is_accepted_for_a_reason_and_every_acceptance_is_needed() -> None:
    found = all_findings()
    assert found
    open_ = [each for each in found if not any(accepted.fits(*each) for accepted in OF_POLICIES)]
    assert open_ == []
    idle = [accepted for accepted in OF_POLICIES if not any(accepted.fits(*each) for each in found)]
    assert idle == []
    assert all(len(accepted.reason) > 20 for accepted in ACCEPTED)


@pytest.mark.parametrize(
    ("action", "finds"),
    [
        ("iam:PassRole", "permissions_management"),
        ("iam:CreatePolicyVersion", "allows_privilege_escalation"),
        ("s3:GetObject", "allows_data_exfiltration_actions"),
        ("sqs:*", "service_wildcard"),
    ],
)
def test_a_planted_right_is_found(action: str, finds: str) -> None:
    planted = {"Sid": "Planted", "Effect": "Allow", "Action": [action], "Resource": "*"}
    found = list(by_cloudsplaining({"Version": "2012-10-17", "Statement": [planted]}))
    assert any(each.startswith(finds) for each in found), found
    assert not any(accepted.fits("cloudsplaining", "data", each) for accepted in ACCEPTED for each in found)


def test_what_checkov_may_find_is_all_that_there_is_of_a_kind() -> None:
    """`make checkov` holds the list to checkov's findings; a resource that is new wants a look at it."""
    resources = terraform.document(deploy_all("dev").resources)["resource"]
    assert len(OF_RESOURCES) > 10
    for accepted in OF_RESOURCES:
        places = set(accepted.where.split())
        assert any(places == set(of_kind) for of_kind in resources.values()), accepted.finding
        assert re.match(r"CKV2?_AWS_\d+: ", accepted.finding)
        assert len(accepted.reason) > 20


def test_a_finding_without_a_reason_and_a_reason_without_a_finding_are_told() -> None:
    failed = {"check_id": "CKV_AWS_1", "check_name": "Ensure", "resource": "resource.queue-dev"}
    found = set(terraform.findings([{"results": {"failed_checks": [failed]}}]))
    assert found == {("CKV_AWS_1: Ensure", "queue-dev")}
    assert list(terraform.differences(found, {"CKV_AWS_1: Ensure": ("queue-dev",)})) == []
    assert list(terraform.differences(found, {"CKV_AWS_2: Too": ("vpc-dev",)})) == [
        "not accepted: queue-dev: CKV_AWS_1: Ensure",
        "not found any more: vpc-dev: CKV_AWS_2: Too",
    ]
    assert terraform.accepted().keys() == {each.finding for each in OF_RESOURCES}


def test_programs_are_written_as_terraform_has_them() -> None:
    resources = terraform.document(deploy_all("dev").resources)["resource"]
    function = resources["aws_lambda_function"]["ingest-function-dev"]
    assert function["tracing_config"] == [{"mode": "Active"}]
    assert function["kms_key_arn"] == "${aws_kms_key.kms-key-dev.arn}"
    assert function["vpc_config"][0]["security_group_ids"] == [
        "${aws_security_group.function-security-group-dev.id}"
    ]
    assert resources["aws_api_gateway_gateway_response"]
    stage = resources["aws_api_gateway_stage"]["api-stage-dev"]
    assert stage["rest_api_id"] == "${aws_api_gateway_rest_api.transactions-api-dev.id}"
    assert stage["deployment_id"] == "${aws_api_gateway_deployment.api-deployment-dev.id}"
