"""The CLI and the plugins are taken by their checksums, or not at all."""

import hashlib
import io
import re
import tarfile
from importlib import metadata
from pathlib import Path

import pytest

from tools.deploy import downloads, engine

WHERE = "linux-amd64"
CLI = '#!/bin/sh\nif [ "$1" = version ]; then echo v%s; else echo "$@" >> %s; fi\n'


def archive(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content.encode()))


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pulumi's releases of the pinned versions; nothing is recorded or installed."""
    folder, said = tmp_path / "releases", tmp_path / "said"
    monkeypatch.setattr(downloads, "RELEASES", folder.as_uri())
    monkeypatch.setattr(downloads, "CHECKSUMS", tmp_path / "downloads.sha256")
    monkeypatch.setattr(downloads, "here", lambda: WHERE)
    monkeypatch.setattr(engine, "INSTALLED", tmp_path / ".pulumi" / "bin" / "pulumi")
    monkeypatch.setattr("sys.argv", ["engine", "--pinned"])
    downloads.CHECKSUMS.write_text("# nothing yet\n")
    listed = []
    for where in downloads.PLATFORMS:
        path = folder / downloads.cli_archive(where).removeprefix(f"{downloads.RELEASES}/")
        program = CLI % (engine.sdk_version(), said)
        archive(path, {"pulumi/pulumi": program, f"pulumi/{engine.LANGUAGE_HOST}": where})
        listed.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
        for plugin in downloads.PLUGINS:
            url = downloads.plugin_archive(plugin, where)
            archive(folder / url.removeprefix(f"{downloads.RELEASES}/"), {f"pulumi-resource-{plugin}": where})
    list_of = folder / "sdk" / f"pulumi-{engine.sdk_version()}-checksums.txt"
    list_of.write_text("\n".join(listed) + "\n")
    return folder


def test_what_was_reviewed_is_installed(releases: Path) -> None:
    assert downloads.main() == 0
    recorded = downloads.checksums(downloads.CHECKSUMS.read_text())
    assert len(recorded) == len(downloads.PLATFORMS) * (1 + len(downloads.PLUGINS))
    assert engine.main() == 0
    assert {each.name for each in engine.INSTALLED.parent.iterdir()} == {"pulumi", engine.LANGUAGE_HOST}
    said = (releases.parent / "said").read_text().splitlines()
    assert [line.split(" --file ")[0] for line in said] == [
        f"plugin install resource {name} {metadata.version(f'pulumi_{name}')}" for name in downloads.PLUGINS
    ]


@pytest.mark.parametrize("replaced", ["sdk/pulumi-v", "plugins/pulumi-resource-aws"])
def test_what_was_replaced_since_is_not_used(
    releases: Path, replaced: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert downloads.main() == 0
    [path] = [each for each in releases.glob("*/*") if re.search(f"{replaced}.*linux-(x64|amd64)", str(each))]
    archive(path, {"pulumi/pulumi": "#!/bin/sh\necho stolen\n"})
    assert engine.main() == 1
    assert f"not {downloads.checksums(downloads.CHECKSUMS.read_text())[path.name]}" in capsys.readouterr().err
    assert not engine.INSTALLED.exists()


@pytest.mark.usefixtures("releases")
def test_what_nobody_reviewed_is_not_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.main() == 1
    assert "has no checksum of pulumi-v" in (said := capsys.readouterr().err)
    assert "make checksums" in said
    assert not engine.INSTALLED.exists()


def test_a_release_that_lists_another_file_is_not_recorded(
    releases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next(releases.glob("sdk/*-checksums.txt")).write_text(f"{'0' * 64}  other.tar.gz\n")
    assert downloads.main() == 1
    assert "does not list pulumi-v" in capsys.readouterr().err
    assert downloads.CHECKSUMS.read_text() == "# nothing yet\n"


def test_the_file_that_is_checked_in_names_pinned_archives_alone() -> None:
    archives = {downloads.cli_archive(where) for where in downloads.PLATFORMS} | {
        downloads.plugin_archive(name, where) for where in downloads.PLATFORMS for name in downloads.PLUGINS
    }
    recorded = downloads.checksums(downloads.CHECKSUMS.read_text("utf-8"))
    assert set(recorded) <= {url.rpartition("/")[2] for url in archives}, "write it anew: make checksums"
    with pytest.raises(downloads.DownloadError, match="not a line of sha256sum"):
        downloads.checksums("0123  pulumi.tar.gz")
