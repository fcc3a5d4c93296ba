"""Contracts: what is published, and what a consumer is told when it cannot read one."""

from pathlib import Path
from typing import Any

import pytest

from shared.infra.contracts import CONTRACTS, DataContract, NetworkContract, exports
from shared.infra.layers import LAYERS
from shared.infra.references import EnvironmentMismatchError, MissingOutputError
from tests.unit.infra.programs import run

NETWORK = "organization/fraud-network/dev"
DATA = "organization/fraud-data/dev"

PUBLISH = """
from shared.infra.contracts import DataContract, exports, publish
publish(DataContract(**{name: f"value of {name}" for name in exports(DataContract)}))
"""

READ = """
import pulumi
from shared.infra.contracts import DataContract, exports
from shared.infra.naming import Names
from shared.infra.references import read_data
data = read_data(Names("dev"))
for name in exports(DataContract):
    pulumi.export(f"seen_{name}", getattr(data, name))
"""


def published(**changes: Any) -> dict[str, dict[str, Any]]:
    """A whole contract of the data layer, with some outputs changed, or dropped where the value is None."""
    outputs = {name: f"value of {name}" for name in exports(DataContract)}
    changed = {**outputs, "environment_suffix": "dev", **changes}
    return {DATA: {name: value for name, value in changed.items() if value is not None}}


def test_there_is_a_contract_for_each_layer() -> None:
    assert list(CONTRACTS) == list(LAYERS)
    assert [
        name for name, contract in CONTRACTS.items() if "environment_suffix" not in exports(contract)
    ] == []


@pytest.mark.parametrize("layer", list(CONTRACTS))
def test_every_output_says_what_it_is_for(layer: str) -> None:
    meanings = {name: export.meaning for name, export in exports(CONTRACTS[layer]).items()}
    assert meanings
    assert [name for name, meaning in meanings.items() if not meaning.endswith(".")] == []


def test_a_contract_is_published_whole_and_its_secrets_as_secrets(tmp_path: Path) -> None:
    result = run(tmp_path, PUBLISH, project="fraud-data")
    assert result.outputs == {name: f"value of {name}" for name in exports(DataContract)}
    assert result.secret_outputs == {"pseudonym_secret"}


def test_a_contract_cannot_be_built_in_part() -> None:
    with pytest.raises(TypeError, match="key_arn"):
        NetworkContract(environment_suffix="dev", account_id="1")  # type: ignore[call-arg]


def test_a_contract_is_read_unchanged_and_its_secrets_stay_secret(tmp_path: Path) -> None:
    result = run(tmp_path, READ, outputs=published(), secret={DATA: ["pseudonym_secret"]})
    assert result.outputs["seen_suspicious_queue_url"] == "value of suspicious_queue_url"
    assert result.outputs["seen_pseudonym_secret"] == "value of pseudonym_secret"
    assert result.secret_outputs == {"seen_pseudonym_secret"}


@pytest.mark.parametrize("name", sorted(exports(DataContract)))
def test_a_missing_output_names_itself_its_stack_and_the_command(name: str, tmp_path: Path) -> None:
    with pytest.raises(MissingOutputError) as raised:
        run(tmp_path, READ, outputs=published(**{name: None}))
    assert str(raised.value) == f"output '{name}' of stack {DATA} is missing; run: make deploy-data ENV=dev"


def test_another_environment_s_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMismatchError) as raised:
        run(tmp_path, READ, outputs=published(environment_suffix="prod"))
    message = str(raised.value)
    assert "'prod', this layer has 'dev'" in message
    assert "Pulumi.dev.yaml" in message
    assert "make deploy-data ENV=dev" in message


def test_the_stack_of_the_same_name_is_read(tmp_path: Path) -> None:
    stack = {"organization/fraud-data/prod": published()[DATA]}
    with pytest.raises(MissingOutputError, match="stack organization/fraud-data/prod is missing"):
        run(tmp_path, READ, stack="prod", outputs={name: {} for name in stack})
