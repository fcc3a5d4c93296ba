"""Each export dropped or renamed, in turn, stops the layers that read it, with words that put it right."""

import pytest

from shared.infra.contracts import CONTRACTS, exports
from shared.infra.layers import LAYERS, consumers_of, upstream_of
from shared.infra.references import EnvironmentMismatchError, MissingOutputError
from shared.infra.settings import SettingError
from tests.support.harness import Exports, UnknownStackError, deploy_all, exports_of, run_layer, stack_name

ENVIRONMENT = "dev"
EDGES = [(upstream.name, layer) for layer in LAYERS for upstream in upstream_of(layer)]
READ = [
    (provider.name, reader, output)
    for provider in LAYERS.values()
    for output, export in exports(CONTRACTS[provider.name]).items()
    # An output that nobody reads must be there all the same: the next layer sees that it is.
    for reader in export.readers or tuple(each.name for each in consumers_of(provider.name))[:1]
]
FIRST_READ = [
    (provider, reader, output)
    for position, (provider, reader, output) in enumerate(READ)
    if (provider, output) not in {(each[0], each[2]) for each in READ[:position]}
]


def _published() -> dict[str, Exports]:
    return exports_of(deploy_all(ENVIRONMENT).runs)


def _outputs(provider: str) -> dict[str, object]:
    return dict(_published()[stack_name(provider, ENVIRONMENT)].outputs)


def _run_with(consumer: str, provider: str, outputs: dict[str, object]) -> None:
    stack = stack_name(provider, ENVIRONMENT)
    published = _published()
    run_layer(consumer, ENVIRONMENT, {**published, stack: Exports(outputs, published[stack].secret)})


def test_every_export_that_a_layer_may_read_is_tried() -> None:
    tried = {(provider, output) for provider, _, output in READ}

    assert {consumer for _, consumer, _ in READ} == set(LAYERS) - {"network"}
    assert tried == {(provider, output) for provider, _ in EDGES for output in exports(CONTRACTS[provider])}


@pytest.mark.parametrize(("provider", "consumer", "output"), READ)
def test_a_dropped_export_stops_every_reader(provider: str, consumer: str, output: str) -> None:
    outputs = _outputs(provider)
    del outputs[output]

    _assert_stopped_by_missing(output, provider, consumer, outputs)


@pytest.mark.parametrize(("provider", "consumer", "output"), FIRST_READ)
def test_a_renamed_export_stops_its_first_reader(provider: str, consumer: str, output: str) -> None:
    outputs = _outputs(provider)
    outputs[f"{output}_2"] = outputs.pop(output)

    _assert_stopped_by_missing(output, provider, consumer, outputs)


def _assert_stopped_by_missing(output: str, provider: str, consumer: str, outputs: dict[str, object]) -> None:
    # The SDK wraps the error where the output stands within a list of inputs; its words stay.
    with pytest.raises((MissingOutputError, ValueError)) as error:
        _run_with(consumer, provider, outputs)

    text = str(error.value)
    assert f"output '{output}' of stack organization/fraud-{provider}/{ENVIRONMENT} is missing" in text
    assert f"make deploy-{provider} ENV={ENVIRONMENT}" in text


@pytest.mark.parametrize(("provider", "consumer"), EDGES)
def test_an_export_without_a_value_stops_its_reader(provider: str, consumer: str) -> None:
    outputs = _outputs(provider)
    last = list(exports(CONTRACTS[provider]))[-1]

    _assert_stopped_by_missing(last, provider, consumer, {**outputs, last: None})


@pytest.mark.parametrize(("provider", "consumer"), EDGES)
def test_a_layer_of_another_environment_is_refused(provider: str, consumer: str) -> None:
    outputs = _outputs(provider)

    with pytest.raises((EnvironmentMismatchError, ValueError), match="environment suffix") as error:
        _run_with(consumer, provider, {**outputs, "environment_suffix": "blue"})

    assert "'blue'" in str(error.value)
    assert f"'{ENVIRONMENT}'" in str(error.value)
    assert stack_name(provider, ENVIRONMENT) in str(error.value)


@pytest.mark.parametrize(("provider", "consumer"), EDGES)
def test_a_layer_that_is_not_deployed_is_missed(provider: str, consumer: str) -> None:
    published = _published()
    del published[stack_name(provider, ENVIRONMENT)]

    with pytest.raises(UnknownStackError, match=f"organization/fraud-{provider}/{ENVIRONMENT}"):
        run_layer(consumer, ENVIRONMENT, published)


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_another_region_is_refused(layer: str) -> None:
    with pytest.raises(SettingError, match="us-east-1") as error:
        run_layer(layer, ENVIRONMENT, _published(), {"aws:region": "eu-west-1"})

    assert f"stacks/{layer}/Pulumi.{ENVIRONMENT}.yaml" in str(error.value)


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_the_suffix_is_the_stacks_name_unless_set(layer: str) -> None:
    blue = {
        stack: Exports({**each.outputs, "environment_suffix": "blue"}, each.secret)
        for stack, each in _published().items()
    }

    run = run_layer(layer, ENVIRONMENT, blue, {"environment_suffix": "blue"})

    assert deploy_all(ENVIRONMENT).runs[layer].outputs["environment_suffix"] == ENVIRONMENT
    assert run.outputs["environment_suffix"] == "blue"
    assert run.resources
    assert all(resource.name.endswith("-blue") for resource in run.resources)
