"""What the smoke test reads of the contracts."""

from copy import deepcopy

import pytest

from shared.infra.contracts import CONTRACTS, exports
from tests.unit.tools.operate.smoke.outputs import OUTPUTS
from tools.deploy.outputs import OperatorError, Outputs
from tools.deploy.target import NEEDED, Target
from tools.operate.smoke.cli import main


def test_every_output_that_it_reads_is_in_the_layers_contract() -> None:
    assert set(NEEDED) == set(CONTRACTS)
    for layer, names in NEEDED.items():
        assert names
        assert set(names) <= set(exports(CONTRACTS[layer]))


@pytest.mark.parametrize(("layer", "name"), [(layer, name) for layer in NEEDED for name in NEEDED[layer]])
def test_an_output_that_is_missing_is_named_with_its_layer(layer: str, name: str) -> None:
    outputs = deepcopy(OUTPUTS)
    del outputs[layer][name]
    with pytest.raises(OperatorError, match=f"{name} of layer {layer}.*make deploy-{layer} ENV=dev"):
        Target.of(Outputs("dev", outputs))


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        (OUTPUTS["compute"]["transactions_url"], "a1b2c3/stage-dev/POST/transactions"),
        (
            "http://127.0.0.1:4567/execute-api/a1b2c3/stage-dev/transactions",
            "a1b2c3/stage-dev/POST/transactions",
        ),
    ],
)
def test_only_the_one_method_of_the_one_stage_may_be_invoked(url: str, resource: str) -> None:
    outputs = deepcopy(OUTPUTS)
    outputs["compute"]["transactions_url"] = url
    arn = Target.of(Outputs("dev", outputs)).invoke_arn
    assert arn == f"arn:aws:execute-api:us-east-1:123456789012:{resource}"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": {}}'])
def test_unusable_outputs_end_with_one_line_and_code_2(
    text: str, tmp_path: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.read", lambda: text, raising=False)
    assert main(["dev", "--outputs", "-"]) == 2
    assert capsys.readouterr().err.startswith("error: the outputs ")
