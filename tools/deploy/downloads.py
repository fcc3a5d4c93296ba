"""Download the Pulumi CLI and its provider plugins, verified by checksum.

`downloads.sha256` has the reviewed SHA-256 of each archive of the pinned versions. `make checksums` updates
it: for the CLI from the list that Pulumi publishes with each release
(https://www.pulumi.com/docs/install/versions/), for the plugins from the archives.
"""

import hashlib
import platform
import re
import shutil
import sys
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from typing import BinaryIO, Final

from tools.terminal.ending import NOTHING_CHANGED, ended

CHECKSUMS: Final = Path(__file__).with_name("downloads.sha256")
RELEASES: Final = "https://get.pulumi.com/releases"
PLUGINS: Final = ("aws", "random")
"""Provider plugins of the programs, at the versions of `pulumi_<name>` in requirements.lock."""
PLATFORMS: Final = ("linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64")
_MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *](\S+)")
_SECONDS_TO_ANSWER: Final = 30
_BLOCK_BYTES: Final = 1 << 20


class DownloadError(RuntimeError):
    """A download failed or its checksum differs; the message says what to do."""


def cli_archive(where: str) -> str:
    """Return the URL of the CLI for a platform, at the SDK's version."""
    name = f"pulumi-v{metadata.version('pulumi')}-{where.replace('amd64', 'x64')}.tar.gz"
    return f"{RELEASES}/sdk/{name}"


def plugin_archive(plugin: str, where: str) -> str:
    """Return the URL of a provider plugin for a platform, at its SDK's version."""
    version = metadata.version(f"pulumi_{plugin}")
    return f"{RELEASES}/plugins/pulumi-resource-{plugin}-v{version}-{where}.tar.gz"


def here() -> str:
    """Return the platform of this machine.

    Raises:
        DownloadError: The platform is not supported.
    """
    where = f"{platform.system().lower()}-{_MACHINES.get(platform.machine().lower(), '')}"
    if where not in PLATFORMS:
        raise DownloadError(
            f"{platform.system()} {platform.machine()} is not supported; supported are {', '.join(PLATFORMS)}"
        )
    return where


def checksums(text: str) -> Mapping[str, str]:
    """Parse file -> SHA-256 from the output of `sha256sum`; `#` begins a comment.

    Raises:
        DownloadError: A line is invalid.
    """
    found: dict[str, str] = {}
    for line in filter(None, (each.partition("#")[0].strip() for each in text.splitlines())):
        matched = _LINE.fullmatch(line)
        if matched is None:
            raise DownloadError(f"{line!r} is not a line of sha256sum")
        found[matched[2]] = matched[1]
    return found


def fetch(url: str, folder: Path) -> Path:
    """Download an archive into a folder and verify its checksum.

    Raises:
        DownloadError: The download failed, or the checksum is unknown or differs.
    """
    name = url.rpartition("/")[2]
    expected = checksums(CHECKSUMS.read_text("utf-8")).get(name)
    if expected is None:
        raise DownloadError(
            f"{CHECKSUMS.name} has no checksum of {name}: run make checksums, and review the file"
        )
    path = folder / name
    with path.open("wb") as file:
        found = _copied(url, file)
    if found != expected:
        path.unlink()
        raise DownloadError(f"{url} has the SHA-256 {found}, not {expected} as in {CHECKSUMS.name}: not used")
    return path


def unpack(archive: Path, folder: Path) -> None:
    """Extract the programs in the CLI's archive into a folder, without their path."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is not None:
                path = folder / Path(member.name).name
                with path.open("xb") as file:
                    shutil.copyfileobj(content, file)
                path.chmod(0o755)


def main() -> int:
    """Write the checksums of the pinned versions anew."""
    try:
        lines = [f"{digest}  {name}" for name, digest in sorted(_published())]
    except DownloadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    heading = "# For `make engine PINNED=yes`; written by `make checksums` (tools/deploy/downloads.py)."
    CHECKSUMS.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} checksums in {CHECKSUMS.name}: review and commit them")
    return 0


def _published() -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of each archive."""
    listing = f"{RELEASES}/sdk/pulumi-{metadata.version('pulumi')}-checksums.txt"
    with _opened(listing) as answer:
        of_release = checksums(answer.read().decode("utf-8"))
    for where in PLATFORMS:
        name = cli_archive(where).rpartition("/")[2]
        if name not in of_release:
            raise DownloadError(f"{listing} does not list {name}")
        yield name, of_release[name]
        for url in (plugin_archive(plugin, where) for plugin in PLUGINS):
            print(f"reads {url}", file=sys.stderr, flush=True)
            yield url.rpartition("/")[2], _copied(url, None)


def _copied(url: str, file: BinaryIO | None) -> str:
    """Download a URL, optionally into a file, and return its SHA-256."""
    digest = hashlib.sha256()
    try:
        with _opened(url) as answer:
            while block := answer.read(_BLOCK_BYTES):
                digest.update(block)
                if file:
                    file.write(block)
    except (OSError, HTTPException) as error:
        raise DownloadError(f"{url} cannot be reached: {error}") from error
    return digest.hexdigest()


def _opened(url: str) -> BinaryIO:
    try:
        opened: BinaryIO = urllib.request.urlopen(url, timeout=_SECONDS_TO_ANSWER)  # noqa: S310 - https
    except (OSError, HTTPException) as error:
        raise DownloadError(f"{url} cannot be reached: {error}") from error
    return opened


if __name__ == "__main__":
    sys.exit(ended("checksums", main, on_interrupt=NOTHING_CHANGED))
