"""The contract that every resource type keeps: what is created reads back, and is not changed again."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulator.provider.declared import Declared
from emulator.provider.inputs import DEFAULTED
from emulator.provider.provider import Provider
from emulator.provider.registry import RESOURCES
from emulator.tests.provider.contract.case import Case
from emulator.tests.provider.contract.cases import CASES
from emulator.tests.provider.contract.world import World, build


@pytest.fixture(scope="module")
def world(provider: Provider) -> Iterator[World]:
    world = build(provider)
    yield world
    world.clear()


def checked(provider: Provider, case: Case, inputs: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
    result, failures = provider.check(case.token, f"urn:pulumi:t::p::{case.token}::contract", olds, inputs)
    assert not failures, failures
    return result


def assert_reads_back(provider: Provider, case: Case, resource_id: str, inputs: dict[str, Any]) -> None:
    resource = RESOURCES[case.token]
    raw = resource.read(provider.cloud, resource_id, inputs)
    assert raw is not None
    silent = inputs.keys() - raw.keys() - resource.write_only - {DEFAULTED}
    assert not silent, f"read does not report {silent}"
    result = provider.read(case.token, resource_id, inputs, {})
    assert result is not None
    differences = {name: (inputs[name], raw[name]) for name in result.drifted}
    assert not differences
    assert not provider.diff(case.token, result.inputs, inputs).changed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_of_a_resource(case: Case, provider: Provider, world: World) -> None:
    inputs = checked(provider, case, case.inputs(world), {})
    resource_id, outputs = provider.create(case.token, inputs)
    try:
        assert resource_id
        assert outputs.items() >= {k: v for k, v in case.inputs(world).items() if isinstance(v, int)}.items()
        assert_reads_back(provider, case, resource_id, inputs)
        same = provider.read(case.token, resource_id, inputs, outputs)
        assert same is not None
        assert same.drifted == (), "drifted since it was made"
        foretold = RESOURCES[case.token].foretold(provider.cloud, "contract", inputs)[1]
        assert {name for name in foretold if not outputs.get(name)} == set(), "foretold, and not given"
        assert provider.find(case.token, inputs) in {
            resource_id,
            None if case.token.startswith("random") else "",
        }

        again = checked(provider, case, case.inputs(world), inputs)
        assert provider.diff(case.token, inputs, again).changed == ()

        for name, value in case.replace.items():
            other, _ = provider.check(
                case.token, "urn::contract", inputs, {**case.inputs(world), name: value}
            )
            assert name in provider.diff(case.token, inputs, other).replaces

        if change := case.change(world):
            changed = checked(provider, case, {**case.inputs(world), **change}, inputs)
            diff = provider.diff(case.token, inputs, changed)
            assert set(diff.changed) >= change.keys()
            assert diff.replaces == ()
            resource_id, outputs = provider.update(case.token, resource_id, inputs, outputs, changed)
            inputs = changed
            assert_reads_back(provider, case, resource_id, inputs)
    finally:
        provider.delete(case.token, resource_id, inputs, outputs)
    if case.token.startswith("aws:"):
        gone = provider.read(case.token, resource_id, inputs, outputs)
        assert gone is None or case.token in {
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",  # nobody can delete it
            "aws:apigateway/account:Account",  # there is always one
            "aws:sns/topicPolicy:TopicPolicy",  # back to the policy it was born with
        }
    provider.delete(case.token, resource_id, inputs, outputs)  # what is gone is no error


def test_every_type_that_is_programmed_has_a_case() -> None:
    programmed = {token for token, each in RESOURCES.items() if not isinstance(each, Declared)}
    assert programmed <= {case.token for case in CASES} <= set(RESOURCES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_preview_of_a_creation_touches_nothing(case: Case, provider: Provider, world: World) -> None:
    inputs = checked(provider, case, case.inputs(world), {})
    before = provider.find(case.token, inputs)
    resource_id, outputs = provider.create(case.token, inputs, preview=True)
    assert resource_id == ""
    assert {name: outputs[name] for name in case.inputs(world) if name in outputs}
    assert provider.find(case.token, inputs) == before
