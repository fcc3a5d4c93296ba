"""Every declared type keeps to boto3's own description of the calls that it names."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from emulator.provider.declared import Declared
from emulator.provider.registry import RESOURCES

DECLARED = {token: each for token, each in RESOURCES.items() if isinstance(each, Declared)}


def inheriting(*names: str) -> list[str]:
    """The types that leave these methods as they are."""
    return [
        token
        for token, each in DECLARED.items()
        if all(getattr(type(each), name) is getattr(Declared, name) for name in names)
    ]


def shapes(each: Declared, operation: str) -> tuple[set[str], set[str]]:
    """What an operation takes, and what it answers of one resource."""
    client = botocore.session.get_session().create_client(each.service, region_name="us-east-1")
    model: Any = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    answered = model.output_shape.members if model.output_shape else {}
    if operation == each.reading and each.described_in:
        answered = answered[each.described_in].member.members
    return set(model.input_shape.members), set(answered)


def operations(each: Declared) -> Iterator[str]:
    for name in ("creating", "reading", "updating", "deleting"):
        if operation := getattr(each, name, ""):
            yield operation


def test_most_types_are_declared() -> None:
    assert len(DECLARED) >= 24


@pytest.mark.parametrize("token", DECLARED)
def test_every_call_exists(token: str) -> None:
    found = list(operations(DECLARED[token]))
    assert found
    for operation in found:
        assert shapes(DECLARED[token], operation)[0]


@pytest.mark.parametrize("token", inheriting("arguments", "create"))
def test_what_is_sent_at_creation_is_what_the_call_takes(token: str) -> None:
    each = DECLARED[token]
    assert {each.field(name) for name in each.modelled - each.unsent} <= shapes(each, each.creating)[0]


@pytest.mark.parametrize("token", inheriting("address", "described"))
def test_the_address_is_what_the_calls_take(token: str) -> None:
    each = DECLARED[token]
    known = dict.fromkeys(each.modelled, "x")
    assert each.question("id", known).keys() <= shapes(each, each.reading)[0]
    if each.updating:
        assert each.address("id", known).keys() <= shapes(each, each.updating)[0]


@pytest.mark.parametrize("token", inheriting("described", "properties"))
def test_what_is_read_is_what_the_call_answers(token: str) -> None:
    each = DECLARED[token]
    read = each.modelled - each.write_only - each.unsent - set(each.key)
    assert {each.field(name) for name in read} | set(each.outputs.values()) <= shapes(each, each.reading)[1]
