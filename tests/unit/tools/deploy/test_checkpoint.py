"""What an exported state says."""

from tests.unit.tools.deploy.states import SECRET, checkpoint, pending, reference, resource, stack
from tools.deploy.checkpoint import Checkpoint, is_secret

QUEUE = resource("aws:sqs/queue:Queue", "queue-dev")


def test_only_what_exists_outside_of_pulumi_counts_as_a_resource() -> None:
    state = checkpoint(
        stack(),
        resource("pulumi:providers:aws", "aws-data-dev"),
        reference("fraud-network"),
        resource("fraud:infra:Queue", "queue-dev"),
        QUEUE,
    )
    assert state.custom_resources == (QUEUE,)


def test_outputs_are_those_of_the_stack() -> None:
    assert checkpoint(QUEUE, stack(key="value")).outputs == {"key": "value"}
    assert checkpoint(QUEUE).outputs == {}


def test_a_stack_that_was_only_made_is_empty() -> None:
    state = Checkpoint({"version": 3, "deployment": {"manifest": {}, "metadata": {}}})
    assert (state.resources, state.custom_resources, state.outputs, state.pending) == ((), (), {}, ())


def test_what_was_read_of_other_stacks_goes_by_their_names() -> None:
    state = checkpoint(stack(), reference("fraud-network", vpc_id="vpc-1"))
    assert state.references() == {"organization/fraud-network/dev": {"vpc_id": "vpc-1"}}


def test_a_pending_operation_reads_as_a_sentence() -> None:
    state = checkpoint(stack(), operations=(pending("creating", QUEUE),))
    assert [str(each) for each in state.pending] == ["creating aws:sqs/queue:Queue queue-dev"]


def test_a_secret_is_known_by_its_signature() -> None:
    assert is_secret(SECRET)
    assert not is_secret({"ciphertext": "v1:x"})
    assert not is_secret("v1:x")
