"""The deployers' policies: exact actions, bounded resources, no way to more rights, every wildcard explained.

Each check is also shown a statement that it must find.
"""

import itertools
import json
import re

import pytest

from shared.infra.layers import LAYERS
from tests.policy.deployer_checks import (
    ACCOUNT,
    CHECKS,
    ONLY_LOOKS,
    Check,
    deployer,
    listed,
    planted,
    run_of,
    statements,
)
from tests.support.harness import ENVIRONMENTS, deploy_all
from tests.support.policy_lint import findings
from tools.audit.deployer_rights.deployer import Duty
from tools.audit.deployer_rights.documents import POLICY_LIMIT, documents, merged, size, wildcards
from tools.audit.deployer_rights.grants import Grant, GrantError, Scope
from tools.audit.deployer_rights.rows import NO_CALLS, ROWS, UnlistedTypeError, grants
from tools.audit.deployer_rights.rows.pages import PAGES

# Least rights


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_deployer_has_no_more_than_it_needs(check: Check, layer: str, environment: str) -> None:
    for duty in Duty:
        of = deployer(layer, duty, environment)
        assert list(check(of, statements(of))) == []


# What AWS accepts


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("duty", Duty)
def test_aws_would_take_the_policies(layer: str, duty: Duty) -> None:
    """parliament finds nothing but actions whose second kind of resource another statement names."""
    of = deployer(layer, duty)
    granted = {
        (action, resource)
        for each in statements(of)
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
    }
    for document in of.policies.values():
        for finding in findings(document):
            kind, _, detail = finding.partition(": ")
            assert kind == "RESOURCE_MISMATCH", finding
            for missing in re.findall(r"'action': '([^']+)', 'required_format': '([^']+)'", detail):
                assert any(_stands_for(missing, each) for each in granted), finding


def _stands_for(missing: tuple[str, str], given: tuple[str, str]) -> bool:
    form = re.escape(missing[1]).replace(r"\*", ".*")
    return missing[0] == given[0] and re.fullmatch(form, given[1]) is not None


def test_a_policy_that_aws_would_not_take_is_found() -> None:
    nonsense = {"Version": "2012-10-17", "Statement": [planted("sqs:MakeQueue", "*")]}
    assert any("UNKNOWN_ACTION" in each for each in findings(nonsense))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_policy_is_short_enough_and_every_sid_is_its_own(layer: str, environment: str) -> None:
    for duty in Duty:
        of = deployer(layer, duty, environment)
        for document in of.policies.values():
            assert 0 < size(document) <= POLICY_LIMIT
        sids = [each["Sid"] for each in statements(of)]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


def test_what_is_too_long_is_split_and_loses_nothing() -> None:
    resources = tuple(f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-number-{number}" for number in range(300))
    split = documents([Grant("Many", ("sqs:CreateQueue",), resources)])
    assert len(split) > 1
    assert all(size(document) <= POLICY_LIMIT for document in split)
    found = [arn for document in split for each in document["Statement"] for arn in each["Resource"]]
    assert found == list(resources)


def test_more_policies_than_a_role_holds_are_refused() -> None:
    resources = tuple(f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-number-{number}" for number in range(2000))
    with pytest.raises(GrantError, match="a role holds 10"):
        documents([Grant("Many", ("sqs:CreateQueue",), resources)])


# What is said


@pytest.mark.parametrize("layer", LAYERS)
def test_every_wildcard_is_listed_with_its_reason(layer: str) -> None:
    of = deployer(layer, Duty.DEPLOY)
    told = {(each.sid, each.resource) for each in wildcards(of.grants) if each.reason}
    wild = {
        (each["Sid"], resource)
        for each in statements(of)
        for resource in listed(each["Resource"])
        if "*" in resource
    }
    assert wild
    assert wild == told


def test_a_wildcard_without_a_reason_is_refused() -> None:
    with pytest.raises(GrantError, match="no reason"):
        Grant("Wild", ("sqs:CreateQueue",), ("*",))
    with pytest.raises(GrantError, match="no exact action"):
        Grant("Wild", ("sqs:*",), ("arn:aws:sqs:us-east-1:1:x",))


def test_grants_that_together_would_allow_more_are_refused() -> None:
    with pytest.raises(GrantError, match="differ in more"):
        merged([Grant("Two", ("sqs:CreateQueue",), ("a",)), Grant("Two", ("sqs:DeleteQueue",), ("b",))])


# Whose rights


def test_who_looks_changes_nothing() -> None:
    for layer, duty in itertools.product(LAYERS, (Duty.LOOK, Duty.DRIFT)):
        for each in statements(deployer(layer, duty)):
            for action in listed(each["Action"]):
                assert ONLY_LOOKS.fullmatch(action) or action in {
                    *("apigateway:GET", "budgets:ViewBudget", "kms:Decrypt"),
                }


def test_no_layer_may_change_what_another_registers() -> None:
    for layer in LAYERS:
        exact = _changed(layer)
        for other in set(LAYERS) - {layer}:
            assert exact & _changed(other) == set()


def _changed(layer: str) -> set[str]:
    return {
        resource
        for each in statements(deployer(layer, Duty.DEPLOY))
        for resource in listed(each["Resource"])
        if "*" not in resource
        and any(not ONLY_LOOKS.fullmatch(action) for action in listed(each["Action"]))
        and not {"sns:Subscribe", "apigateway:POST"} & set(listed(each["Action"]))
    }


def test_a_type_that_nobody_has_written_down_is_an_error() -> None:
    run = run_of("data")
    (resource, *_) = run.of_type("sqs/queue:Queue")
    unknown = type(resource)(**{**vars(resource), "type": "aws:s3/bucket:Bucket"})
    strange = type(run)(**{**vars(run), "resources": (*run.resources, unknown)})
    with pytest.raises(UnlistedTypeError, match="s3/bucket:Bucket"):
        list(grants(Scope("data", "dev", ACCOUNT), strange))


def test_the_table_has_no_row_for_what_nobody_registers() -> None:
    registered = {
        each.type for run in deploy_all("dev").runs.values() for each in run.resources if each.custom
    }
    assert registered == set(ROWS) | NO_CALLS


@pytest.mark.parametrize("layer", LAYERS)
def test_a_preview_decrypts_nothing(layer: str) -> None:
    """It runs code that nobody has approved, and functions keep the pseudonym secret in their settings."""
    actions = {a for each in statements(deployer(layer, Duty.LOOK)) for a in listed(each["Action"])}
    assert actions
    assert {action for action in actions if action.startswith("kms:")} <= {
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListResourceTags",
    }


def test_the_rights_of_every_service_stand_on_pages_of_aws() -> None:
    given = [each for layer in LAYERS for each in statements(deployer(layer, Duty.DEPLOY))]
    actions = {action for each in given for action in listed(each["Action"])}
    assert {action.partition(":")[0] for action in actions} == set(PAGES)


def test_a_bus_under_our_key_asks_for_what_aws_demands() -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html"""

    def through_events(duty: Duty) -> set[str]:
        return {
            action
            for each in statements(deployer("compute", duty))
            if each.get("Condition", {})
            .get("StringEquals", {})
            .get("kms:ViaService", "")
            .startswith("events.")
            for action in listed(each["Action"])
        }

    writes = {"DescribeKey", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Encrypt", "Decrypt"}
    writes |= {"ReEncryptFrom", "ReEncryptTo"}
    assert through_events(Duty.DEPLOY) == {f"kms:{action}" for action in writes}
    assert through_events(Duty.DRIFT) == {"kms:Decrypt"}


def test_the_account_that_is_given_stands_in_every_arn() -> None:
    text = json.dumps([statements(deployer(layer, duty)) for layer in LAYERS for duty in Duty])
    assert set(re.findall(r"\d{12}", text)) == {ACCOUNT}
