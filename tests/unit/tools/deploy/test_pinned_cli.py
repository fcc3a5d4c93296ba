"""Runners bring a CLI of their own: `make engine PINNED=yes` takes the SDK's version all the same."""

from pathlib import Path

import pytest

from tools.deploy import engine


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the project keeps its CLI; an installation leaves one of the SDK's version there."""
    binary = tmp_path / "bin" / "pulumi"
    binary.parent.mkdir()
    (binary.parent / engine.LANGUAGE_HOST).touch(mode=0o755)
    monkeypatch.setattr(engine, "INSTALLED", binary)
    monkeypatch.setattr(engine, "install", lambda: answering(binary, str(engine.sdk_version())))
    monkeypatch.setattr("sys.argv", ["engine", "--pinned"])
    return binary


def answering(binary: Path, version: str) -> Path:
    binary.write_text(f"#!/bin/sh\necho v{version}\n")
    binary.chmod(0o755)
    return binary


def test_the_pinned_version_is_installed_though_another_is_on_path(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "path" / "pulumi"
    other.parent.mkdir()
    answering(other, "3.260.0")
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")

    assert engine.main() == 0

    assert installed.is_file()
    assert f"Pulumi {engine.sdk_version()} " in capsys.readouterr().out


def test_an_older_one_of_the_project_is_replaced(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answering(installed, "3.260.0")

    assert engine.main() == 0

    assert f"Pulumi {engine.sdk_version()} " in capsys.readouterr().out


def test_one_that_fits_is_left_alone(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(installed, str(engine.sdk_version()))
    monkeypatch.setattr(engine, "install", lambda: pytest.fail("installed again"))

    assert engine.main() == 0
