"""Which Pulumi CLI fits, and what is said where none does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.deploy import downloads, engine
from tools.deploy.engine import (
    LANGUAGE_HOST,
    OLDEST,
    CliError,
    Version,
    check_fit,
    pulumi_binary,
    sdk_version,
)

NUMBERS = st.integers(min_value=0, max_value=9999)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH, and no CLI in the project."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr(engine, "INSTALLED", tmp_path / ".pulumi" / "bin" / "pulumi")
    return path


def _cli(folder: Path, says: str, *, with_host: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    cli = folder / "pulumi"
    cli.write_text(f"#!/bin/sh\necho '{says}'\n")
    cli.chmod(0o755)
    if with_host:
        (folder / LANGUAGE_HOST).touch(mode=0o755)
    return cli


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["", "\n", "-alpha.1", "+dirty"]))
def test_a_version_is_read_back(major: int, minor: int, patch: int, more: str) -> None:
    version = Version(major, minor, patch)
    assert Version.parse(f"v{version}{more}") == Version.parse(f"{version}{more}") == version


@pytest.mark.parametrize("text", ["", "v3", "3.259", "pulumi 3.259.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)


@pytest.mark.parametrize("version", [OLDEST, sdk_version(), Version(OLDEST.major, OLDEST.minor + 100, 0)])
def test_a_cli_of_the_sdk_s_major_version_fits(folder: Path, version: Version) -> None:
    assert check_fit([str(_cli(folder, f"v{version}"))]) == version


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("v3.258.9", "is Pulumi 3.258.9; this project"),
        ("v4.0.0", "is Pulumi 4.0.0; this project"),
        ("no version", "does not print a version"),
    ],
)
def test_another_does_not_and_says_what_to_do(folder: Path, says: str, message: str) -> None:
    with pytest.raises(CliError, match=message) as raised:
        check_fit([str(_cli(folder, says))])
    assert engine.DOCUMENTATION in str(raised.value)


def test_a_cli_without_its_language_host_cannot_run_the_programs(folder: Path) -> None:
    with pytest.raises(CliError, match=f"has no {LANGUAGE_HOST} beside it"):
        check_fit([str(_cli(folder, "v3.272.0", with_host=False))])


def test_a_link_to_the_cli_finds_the_language_host_beside_it(folder: Path, tmp_path: Path) -> None:
    link = folder / "pulumi"
    link.symlink_to(_cli(tmp_path / "opt", "v3.272.0"))
    assert check_fit(["pulumi"]) == Version(3, 272, 0)


def test_the_project_s_own_cli_comes_before_the_one_on_the_path(folder: Path) -> None:
    on_path = _cli(folder, "v3.272.0")
    assert pulumi_binary() == on_path
    own = _cli(engine.INSTALLED.parent, "v3.272.0")
    assert pulumi_binary() == own


@pytest.mark.usefixtures("folder")
def test_without_any_the_message_names_the_command() -> None:
    with pytest.raises(CliError, match=r"not on PATH.*make engine"):
        pulumi_binary()
    with pytest.raises(CliError, match=r"not on PATH.*make engine"):
        check_fit(["pulumi"])


@pytest.mark.usefixtures("folder")
def test_releases_that_cannot_be_reached_give_one_clear_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("Name or service not known")

    url, listed = downloads.cli_archive("linux-amd64"), tmp_path / "downloads.sha256"
    listed.write_text(f"{'0' * 64}  {url.rpartition('/')[2]}\n")
    monkeypatch.setattr(downloads, "CHECKSUMS", listed)
    monkeypatch.setattr(downloads, "here", lambda: "linux-amd64")
    monkeypatch.setattr("urllib.request.urlopen", unreachable)
    monkeypatch.setattr("sys.argv", ["engine"])

    assert engine.main() == 1
    said = capsys.readouterr().err
    assert said.count("error:") == 1
    assert f"{url} cannot be reached: Name or service not known" in said
    assert f"install the CLI yourself: {engine.DOCUMENTATION} (version {sdk_version()})" in said
