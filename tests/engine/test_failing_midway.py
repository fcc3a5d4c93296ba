"""A deployment that breaks off is taken up again: nothing is made twice, and nothing is left over."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from emulator.cloud.faults import Fault
from emulator.process import descendants
from tests.engine.commands import SECONDS_FOR_A_COMMAND, Ran, kill
from tests.engine.conftest import Pipeline
from tests.engine.world import World, creations

SECONDS_TO_WAIT = 120.0
QUEUE = "suspicious-dlq-dev"
PIPE = "transactions-pipe-dev"


def test_killed_while_creating_then_refused_then_done(fresh: World, pipeline: Pipeline) -> None:
    fresh.order(Fault("sqs:CreateQueue", "hold", QUEUE))
    killed = kill_the_cli_when(lambda: fresh.outcomes("sqs:CreateQueue", QUEUE) == ["held"], fresh, "deploy")
    assert "deploy of data failed" in killed.err
    assert killed.told_to_run() == ["make deploy ENV=dev"]
    states = fresh.states()
    assert set(states) == {"network", "data"}, "earlier layers stand, later ones are not begun"
    assert states["network"].pending == []
    assert ("creating", QUEUE) in states["data"].pending

    # The call that was under way comes to its end, and nobody writes it down.
    fresh.order(Fault("pipes:CreatePipe", "refuse", PIPE, "ServiceQuotaExceededException", "no more pipes"))
    wait_until(lambda: fresh.outcomes("sqs:CreateQueue", QUEUE) == ["held", 200])
    assert QUEUE in [each.rpartition("/")[2] for each in fresh.orphans()]

    refused = fresh.follow(killed).refused()
    assert QUEUE in refused.text, "it is said what became of the interrupted creation"
    assert PIPE in refused.text
    assert "no more pipes" in refused.text, "the provider's own words"
    assert "deploy of compute failed" in refused.err
    states = fresh.states()
    assert set(states) == {"network", "data", "compute"}
    assert {layer for layer, state in states.items() if state.pending} == set()
    assert QUEUE in states["data"].ids
    assert PIPE not in states["compute"].ids
    assert "ingest-function-dev" in states["compute"].ids, "what was made before it stands"
    assert fresh.orphans() == []

    fresh.order()
    fresh.follow(refused).succeeded()
    assert fresh.orphans() == []
    assert creations(fresh.control_calls()) == pipeline.creations, "each once, as in a deployment undisturbed"
    undisturbed = pipeline.world.states()
    assert {layer: set(state.ids) for layer, state in fresh.states().items()} == {
        layer: set(state.ids) for layer, state in undisturbed.items()
    }


def test_what_has_no_name_is_found_again_and_what_never_came_about_is_made(fresh: World) -> None:
    fresh.add_environment("second")
    begun = len(fresh.control_calls())

    def outcomes(operation: str) -> list[int | str]:
        """Of this test's calls alone."""
        calls = fresh.control_calls()[begun:]
        return [each["outcome"] for each in calls if each["operation"] == operation]

    fresh.order(Fault("ec2:CreateVpc", "hold"), Fault("kms:CreateKey", "hold"))
    killed = kill_the_cli_when(
        lambda: outcomes("ec2:CreateVpc") == outcomes("kms:CreateKey") == ["held"],
        fresh,
        "deploy-network",
        environment="second",
    )
    fresh.order(Fault("kms:CreateKey", "refuse"))
    wait_until(lambda: outcomes("ec2:CreateVpc") == ["held", 200])
    wait_until(lambda: outcomes("kms:CreateKey") == ["held", 400])
    fresh.order()
    state = fresh.state("network", environment="second")
    assert state is not None
    assert sorted(state.pending) == [("creating", "kms-key-second"), ("creating", "vpc-second")]

    resumed = fresh.make("deploy-network", environment="second").succeeded()

    assert killed.code != 0
    assert "vpc-second" in resumed.text
    assert "kms-key-second" in resumed.text
    after = fresh.state("network", environment="second")
    assert after is not None
    assert after.pending == []
    assert fresh.orphans("second") == []
    assert outcomes("ec2:CreateVpc") == ["held", 200], "once"
    assert outcomes("kms:CreateKey") == ["held", 400, 200]
    fresh.make("destroy-network", environment="second").succeeded()
    assert fresh.leftovers("second") == []


def kill_the_cli_when(due: Callable[[], bool], world: World, target: str, *, environment: str = "dev") -> Ran:
    """Run `make TARGET`, kill the CLI and all that it started with no word of warning, and let make end."""
    words = world.make_words(target, f"ENV={environment}")
    with world.started(*words) as process:
        wait_until(due)
        family = {pid for cli in _clis_below(process.pid) for pid in (cli, *descendants(cli))}
        assert family, "the CLI runs"
        kill(family)
        try:
            out, err = process.communicate(timeout=SECONDS_FOR_A_COMMAND)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"make {target} does not end after its CLI") from error
    return Ran(tuple(words), process.returncode, out, err)


def _clis_below(pid: int) -> list[int]:
    return [each for each in descendants(pid) if Path(f"/proc/{each}/comm").read_text().strip() == "pulumi"]


def wait_until(due: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not due():
        assert time.monotonic() < deadline, f"did not come to pass within {SECONDS_TO_WAIT:.0f} s"
        time.sleep(0.05)
