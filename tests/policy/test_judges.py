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
from tools.audit.matrix import deploying_roles, pipeline_roles
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


def documents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy of every role, and every boundary."""
    deployment = deploy_all("dev")
    for holder in (*pipeline_roles(deployment), *deploying_roles(deployment)):
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
    open_ = [each for each in found if not any(accepted.fits(*each) for accepted in ACCEPTED)]
    assert open_ == []
    idle = [accepted for accepted in ACCEPTED if not any(accepted.fits(*each) for each in found)]
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
