"""What becomes of operations that never ended: what exists is taken over, and the state stays whole."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tests.unit.tools.deploy.states import SECRET, checkpoint, pending, resource, stack
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.deploy.recovery import recover as recovery
from tools.deploy.recovery.lookup import find
from tools.deploy.recovery.recover import adopted, recover

STACK = Stack("data", "dev")
TABLE = resource(
    "aws:dynamodb/table:Table", "t-dev", inputs={"__defaults": [], "name": "t-dev", "secret": SECRET}
)
QUEUE = resource("aws:sqs/queue:Queue", "q-dev", inputs={"name": "q-dev"}, id="q-dev", outputs={"arn": "arn"})


def _client(service: str) -> Any:
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client(service, region_name="us-east-1", **keys)  # type: ignore[call-overload]


def test_what_exists_is_put_into_the_state_with_its_inputs() -> None:
    state = checkpoint(stack(), QUEUE, operations=(pending("creating", TABLE), pending("updating", QUEUE)))

    deployment = adopted(state.document, {TABLE["urn"]: "t-dev"})["deployment"]

    assert "pending_operations" not in deployment
    assert deployment["resources"][:2] == [stack(), QUEUE]
    outputs = {"name": "t-dev", "secret": SECRET}
    assert deployment["resources"][2:] == [{**TABLE, "id": "t-dev", "outputs": outputs}]
    assert len(state.pending) == 2, "what was exported is not changed"


def test_what_does_not_exist_is_left_out() -> None:
    state = checkpoint(stack(), operations=(pending("creating", TABLE),))
    assert adopted(state.document, {})["deployment"]["resources"] == [stack()]


def test_the_old_one_of_a_replacement_keeps_to_be_deleted() -> None:
    new = {**QUEUE, "inputs": {"name": "other"}}
    state = checkpoint(stack(), QUEUE, TABLE, operations=(pending("creating", new),))

    resources = adopted(state.document, {QUEUE["urn"]: "other"})["deployment"]["resources"]

    assert [each.get("id") for each in resources] == [None, "other", None, "q-dev"]
    assert resources[3] == {**QUEUE, "delete": True}


def test_the_old_one_that_was_deleted_before_makes_room() -> None:
    gone = {**QUEUE, "pendingReplacement": True}
    state = checkpoint(stack(), gone, operations=(pending("creating", QUEUE),))

    resources = adopted(state.document, {QUEUE["urn"]: "other"})["deployment"]["resources"]

    assert [each.get("id") for each in resources] == [None, "other"]


@pytest.mark.parametrize(
    ("type_token", "service", "operation", "code"),
    [
        ("aws:dynamodb/table:Table", "dynamodb", "describe_table", "ResourceNotFoundException"),
        ("aws:iam/role:Role", "iam", "get_role", "NoSuchEntity"),
        ("aws:sqs/queue:Queue", "sqs", "get_queue_url", "AWS.SimpleQueueService.NonExistentQueue"),
        ("aws:pipes/pipe:Pipe", "pipes", "describe_pipe", "NotFoundException"),
    ],
)
def test_absent_is_told_from_refused(type_token: str, service: str, operation: str, code: str) -> None:
    client = _client(service)
    with Stubber(client) as stub:
        stub.add_client_error(operation, code)
        assert find(lambda _: client, type_token, {"name": "t-dev"}) is None
        stub.add_client_error(operation, "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            find(lambda _: client, type_token, {"name": "t-dev"})


def test_a_stack_is_changed_only_when_every_creation_is_accounted_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "run_when_free", lambda *_: pytest.fail("nothing may be changed"))
    bucket = resource("aws:s3/bucket:Bucket", "b-dev", inputs={})
    state = checkpoint(stack(), operations=(pending("creating", bucket),))

    with pytest.raises(PulumiError, match="cannot determine whether aws:s3/bucket:Bucket b-dev was created"):
        recover(STACK, state, _client)


def test_the_state_is_imported_whole_then_refreshed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[str] = []

    def run_when_free(_stack: Stack, *words: str) -> int:
        calls.append(" ".join(words[:2]))
        if words[0] == "stack":
            imported = json.loads(Path(words[-1]).read_text())
            assert [each["urn"] for each in imported["deployment"]["resources"]] == [
                stack()["urn"],
                QUEUE["urn"],
            ]
        return 0

    monkeypatch.setattr(recovery, "run_when_free", run_when_free)
    state = checkpoint(stack(), QUEUE, operations=(pending("updating", QUEUE),))

    recover(STACK, state, _client)

    assert calls == ["stack import", "refresh --yes"]
    assert "updating aws:sqs/queue:Queue q-dev: its state is refreshed" in capsys.readouterr().out


def test_a_stack_that_is_held_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "run_when_free", lambda *_: 255)
    with pytest.raises(PulumiError, match="its operations are still pending"):
        recover(STACK, checkpoint(stack(), QUEUE, operations=(pending("updating", QUEUE),)), _client)
