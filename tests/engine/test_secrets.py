"""The one secret: encrypted in every state file, masked in every output, plain in nothing that is written."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.conftest import Pipeline
from tests.engine.stack_state import SECRET
from tests.engine.world import ORDER, World

OUTPUT = "pseudonym_secret"


def holding(secret: str, sources: Mapping[str, bytes]) -> list[str]:
    """Names of the sources that hold the secret; the caller asserts on these alone, never on the secret."""
    return sorted(name for name, content in sources.items() if secret.encode() in content)


def files(directory: Path) -> dict[str, bytes]:
    """Every file below a directory; what is linked into it lies elsewhere."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def secret_of(world: World) -> str:
    return str(world.outputs("data", secrets=True)[OUTPUT])


def test_the_secret_is_a_long_one_and_the_functions_have_it(pipeline: Pipeline) -> None:
    secret = secret_of(pipeline.world)
    client = pipeline.world.cloud.client("lambda")
    variables = {
        name: client.get_function_configuration(FunctionName=f"{name}-dev")["Environment"]["Variables"]
        for name in ("ingest", "detector", "notifier")
    }

    long_enough, knowing = (
        len(secret) >= 32,
        {name for name in variables if secret in variables[name].values()},
    )

    assert long_enough
    assert knowing >= {"detector", "notifier"}


def test_no_file_that_the_deployment_and_the_pipeline_wrote_holds_it(pipeline: Pipeline) -> None:
    written = files(pipeline.world.directory)
    secret = secret_of(pipeline.world)

    kinds = (
        "backend/.pulumi/stacks/",
        "backend/.pulumi/history/",
        "run/logs/",
        "run/mail/",
        "run/traces.jsonl",
    )
    assert [
        kind for kind in kinds if not any(name.startswith(kind) and written[name] for name in written)
    ] == []
    holders = holding(secret, written)
    assert holders == []
    caught = holding(secret, {**written, "planted": b'{"value": "' + secret.encode() + b'"}'})
    assert caught == ["planted"], "this search finds a secret where there is one"


def test_the_states_hold_it_encrypted(pipeline: Pipeline) -> None:
    states = pipeline.world.states()

    value = states["data"].outputs[OUTPUT]
    assert set(value) == {SECRET, "ciphertext"}
    assert value["ciphertext"].startswith("v1:")
    for layer in ("compute", "alerting"):
        (reference,) = (
            each for each in states[layer].entries if each["urn"].endswith("::organization/fraud-data/dev")
        )
        encrypted = reference["outputs"]["outputs"]
        assert SECRET in encrypted or SECRET in encrypted[OUTPUT], f"{layer} keeps what it has read"


def test_nothing_that_was_printed_holds_it(
    pipeline: Pipeline, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    world = pipeline.world
    secret = secret_of(world)
    settings = world.project / "stacks/compute/Pulumi.dev.yaml"
    as_deployed = settings.read_bytes()

    shown = world.make("outputs").succeeded()
    world.set("compute", "log_level", "DEBUG")  # shows the variables that stand beside the secret
    changes = world.make("preview-compute").succeeded()
    settings.write_bytes(as_deployed)

    assert f"{OUTPUT}" in shown.out
    assert world.outputs("data")[OUTPUT] == "[secret]"
    assert "LOG_LEVEL" in changes.out
    assert len(world.said) > len(ORDER)
    said = {f"{at}: {' '.join(ran.words)}": ran.text.encode() for at, ran in enumerate(world.said)}
    printers = holding(secret, said)
    assert printers == []
    own = capfd.readouterr()
    told = {"output": own.out.encode(), "errors": own.err.encode(), "log": caplog.text.encode()}
    printers = holding(secret, told)
    assert printers == [], "of this test itself"
