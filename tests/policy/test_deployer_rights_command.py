"""`make deployers` prints or writes everything: roles, trust, policies, and every reason."""

import json
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS
from tools.audit.deployer_rights import __main__ as command


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["deployers", *arguments])
    return command.main()


def test_files_hold_every_role_its_trust_and_its_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--account", "210987654321", "--repository", "acme@11/fraud@22")
    assert run(monkeypatch, "prod", *where, "--write", str(tmp_path / "new")) == 0

    names = {path.name for path in (tmp_path / "new").iterdir()}
    roles = [f"fraud-{duty}-{layer}-prod" for duty in ("deploy", "look", "drift") for layer in LAYERS]
    roles.append("fraud-canary-prod")
    assert {f"{role}-{part}.json" for role in roles for part in ("trust", "1")} <= names
    assert "wildcards.txt" in names
    for path in (tmp_path / "new").glob("*.json"):
        document = path.read_text()
        assert json.loads(document)["Version"] == "2012-10-17"
        assert "123456789012" not in document, f"{path.name} names the example's account"
    trust = json.loads((tmp_path / "new" / "fraud-canary-prod-trust.json").read_text())["Statement"][0]
    github = "token.actions.githubusercontent.com"
    assert trust["Condition"] == {
        "StringEquals": {
            f"{github}:aud": "sts.amazonaws.com",
            f"{github}:sub": "repo:acme@11/fraud@22:environment:prod-canary",
            f"{github}:ref": "refs/heads/main",
        }
    }
    reasons = (tmp_path / "new" / "wildcards.txt").read_text().splitlines()
    assert any(line.startswith("fraud-deploy-network-prod CreateKey: *: ") for line in reasons)


def test_one_layer_alone_is_printed_with_its_wildcards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "dev", "--layer", "compute") == 0
    compute = capsys.readouterr().out
    assert run(monkeypatch, "dev", "--layer", "data") == 0
    data = capsys.readouterr().out

    assert "repo:example@1234/fraud-pipeline@5678:environment:dev-compute" in compute
    assert "because AWS has no resource-level form" in compute
    assert "fraud-deploy-data-dev" not in compute
    assert "fraud-canary-dev" not in compute
    assert "Account and repository are examples" in data


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--repository", "acme/fraud"], "OWNER@ID/NAME@ID"),
        (["--account", "12"], "twelve digits"),
        (["--write", f"{__file__}/new"], "WRITE must be a folder, but"),
        (["--layer", "storage"], "LAYER=storage: not a valid layer; choose from alerting, compute"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        code = run(monkeypatch, "dev", *arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code != 0
    assert says in capsys.readouterr().err
