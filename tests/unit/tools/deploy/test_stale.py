"""Which layers have to follow: previews, outputs that have moved, resources replaced behind them."""

from typing import Any

import pytest

from tests.unit.tools.deploy.states import AFTER, BEFORE, SECRET, checkpoint, reference, resource, stack
from tools.deploy import stale
from tools.deploy.checkpoint import Checkpoint
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.deploy.stale import Change, Finding, in_plan, look

TOPIC = "arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-dev"
UPDATE = {
    "op": "update",
    "urn": "urn:pulumi:dev::fraud-compute::f:i:F$aws:lambda/function:Function::ingest-function-dev",
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Layer -> state or preview of the stacks that exist."""
    known: dict[str, Any] = {"states": {}, "previews": {}}

    def preview(each: Stack) -> Any:
        found = known["previews"].get(each.layer, {"steps": []})
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(Stack, "export", lambda each: known["states"].get(each.layer))
    monkeypatch.setattr(Stack, "preview_json", preview)
    return known


def _data(created: str = BEFORE, **outputs: Any) -> Checkpoint:
    topic = resource(
        "aws:sns/topic:Topic", "fraud-alerts-topic-dev", id=TOPIC, created=created, outputs={"arn": TOPIC}
    )
    return checkpoint(stack(**{"fraud_alerts_topic_arn": TOPIC, **outputs}), topic)


def _reader(**seen: Any) -> Checkpoint:
    values = {"fraud_alerts_topic_arn": TOPIC, **seen}
    return checkpoint(
        stack(), reference("fraud-data", **values), resource("aws:sqs/queue:Queue", "queue-dev")
    )


def test_layers_that_fit_are_up_to_date_and_absent_ones_are_left_out(world: dict[str, Any]) -> None:
    world["states"] = {"data": _data(), "alerting": _reader()}

    findings = look("dev", ["compute", "alerting"])

    assert [(each.layer, each.stale) for each in findings] == [("alerting", False)]
    assert list(findings[0].lines("dev")) == ["alerting is up to date"]


def test_a_moved_output_is_named_with_what_it_changes(world: dict[str, Any]) -> None:
    world["states"] = {"data": _data(alerts_table_arn="new"), "compute": _reader(alerts_table_arn="old")}
    world["previews"] = {
        "compute": {"steps": [{**UPDATE, "diffReasons": ["environment"]}, {"op": "same", "urn": ""}]}
    }

    (finding,) = look("dev", ["compute"])

    assert finding.changes == [
        Change("update", "aws:lambda/function:Function ingest-function-dev", ("environment",))
    ]
    assert finding.outputs == ["alerts_table_arn of data"]
    assert list(finding.lines("dev"))[-2:] == [
        "  through alerts_table_arn of data",
        "  Run: make deploy-compute ENV=dev",
    ]


def test_a_moved_output_that_the_layer_does_not_use_is_no_reason(world: dict[str, Any]) -> None:
    world["states"] = {
        "data": _data(alerts_table_arn="new", suspicious_dlq_name="new"),
        "compute": _reader(alerts_table_arn="old", suspicious_dlq_name="old"),
    }
    world["previews"] = {"compute": {"steps": [UPDATE]}}

    (finding,) = look("dev", ["compute"])

    assert finding.outputs == ["alerts_table_arn of data"], "the other one is for alerting"


def test_a_replacement_is_one_change(world: dict[str, Any]) -> None:
    urn = UPDATE["urn"]
    world["states"] = {"data": _data(), "compute": _reader()}
    steps = [
        {"op": op, "urn": urn, "replaceReasons": ["name"]}
        for op in ("create-replacement", "replace", "delete-replaced")
    ]
    world["previews"] = {"compute": {"steps": steps}}

    (finding,) = look("dev", ["compute"])

    assert finding.changes == [
        Change("replace", "aws:lambda/function:Function ingest-function-dev", ("name",))
    ]


def test_what_was_replaced_under_the_same_name_is_seen_by_its_age(world: dict[str, Any]) -> None:
    world["states"] = {"data": _data(created=AFTER), "compute": _reader(), "alerting": _reader()}

    findings = {each.layer: each for each in look("dev", ["compute", "alerting"])}

    assert findings["alerting"].replaced == ["fraud_alerts_topic_arn of data"]
    assert any("make refresh-alerting ENV=dev" in line for line in findings["alerting"].lines("dev"))
    assert not findings["compute"].stale, "compute does not read that output"


def test_secret_outputs_are_never_compared_or_printed(world: dict[str, Any]) -> None:
    world["states"] = {
        "data": _data(pseudonym_secret=SECRET),
        "compute": _reader(pseudonym_secret={**SECRET, "ciphertext": "v1:y"}),
    }
    world["previews"] = {"compute": {"steps": [UPDATE]}}

    (finding,) = look("dev", ["compute"])

    assert finding.outputs == []
    assert "v1:" not in "".join(finding.lines("dev"))


def test_a_layer_that_cannot_be_previewed_is_stale_and_says_why(world: dict[str, Any]) -> None:
    world["states"] = {"data": _data(), "compute": _reader()}
    world["previews"] = {"compute": PulumiError("output 'x' of stack y is missing")}

    (finding,) = look("dev", ["compute"])

    assert finding.stale
    assert "output 'x' of stack y is missing" in "\n".join(finding.lines("dev"))


def test_a_deployment_that_moves_nothing_looks_at_nobody(
    world: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _data(pseudonym_secret=SECRET)
    world["states"] = {"data": before, "compute": _reader(), "alerting": _reader()}
    world["previews"] = {"compute": AssertionError("looked at"), "alerting": AssertionError("looked at")}

    stale.after_deploy(Stack("data", "dev"), before)

    assert capsys.readouterr().out == ""


def test_a_deployment_that_moves_a_secret_looks_at_its_readers(
    world: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _data(pseudonym_secret=SECRET)
    now = _data(pseudonym_secret={**SECRET, "ciphertext": "v1:y"})
    world["states"] = {"data": now, "compute": _reader(), "alerting": _reader()}
    world["previews"] = {"compute": {"steps": [UPDATE]}}

    stale.after_deploy(Stack("data", "dev"), before)

    said = capsys.readouterr().out
    assert "compute is stale" in said
    assert "alerting is up to date" in said
    assert "data itself is deployed" in said


def test_the_embedded_engine_s_plan_says_the_same() -> None:
    change = {
        "operation": "update",
        "type": "aws:lambda/function:Function",
        "name": "ingest-function-local",
        "changed": ["environment"],
    }
    plan = {"environment": "local", "layers": {"compute": {"changes": [change]}, "alerting": {"changes": []}}}

    compute, alerting = in_plan(plan, ["compute", "alerting"])

    assert list(compute.lines("local")) == [
        "compute is stale:",
        "  update aws:lambda/function:Function ingest-function-local (environment)",
        "  Run: make deploy-compute ENV=local",
    ]
    assert alerting == Finding("alerting", [], causes_known=False)
