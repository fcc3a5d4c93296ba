"""Teardown in exact reverse leaves nothing; a layer that others depend on stays."""

import re

from tests.engine.world import ENVIRONMENT, ORDER, World


def test_data_is_not_destroyed_while_others_stand_on_it_and_then_everything_goes(deployed: World) -> None:
    before, stands, calls = deployed.states(), deployed.leftovers(), deployed.control_calls()
    assert len(stands) > 60
    assert deployed.orphans() == []

    refused = deployed.make("destroy-data").refused()

    assert "data cannot be destroyed yet" in refused.err
    for consumer in ("alerting", "compute"):
        count = len(before[consumer].resources)
        assert re.search(rf"stacks/{consumer}, which depends on it, still has {count} resources", refused.err)
    assert refused.told_to_run() == ["make destroy-alerting ENV=dev", "make destroy-compute ENV=dev"]
    assert deployed.control_calls() == calls
    assert deployed.leftovers() == stands
    assert {layer: state.content for layer, state in deployed.states().items()} == {
        layer: state.content for layer, state in before.items()
    }

    gone = deployed.make("destroy").succeeded()

    assert re.findall(r"^== destroy (\w+)", gone.out, re.MULTILINE) == list(reversed(ORDER))
    assert deployed.leftovers() == []
    assert deployed.states() == {}
    assert checkpoints(deployed) == []
    for layer in ORDER:
        listed = deployed.run("pulumi", "-C", f"stacks/{layer}", "stack", "ls", "--json").succeeded()
        assert listed.out.strip() == "[]"
        assert (deployed.project / "stacks" / layer / f"Pulumi.{ENVIRONMENT}.yaml").is_file()

    again = deployed.make("destroy").succeeded()
    assert again.out.count("nothing to destroy") == len(ORDER)


def checkpoints(world: World) -> list[str]:
    """The backend's own files of states that stand."""
    stacks = world.backend / ".pulumi" / "stacks"
    assert stacks.is_dir(), "the backend is another one"
    return [str(path.relative_to(stacks)) for path in stacks.rglob("*.json")]
