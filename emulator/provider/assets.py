"""Hash assets and archives, and build the zip for Lambda."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.provider.errors import ProviderError
from emulator.provider.values import ASSET, SIGNATURE

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time in a zip; a fixed time makes equal contents give equal bytes."""


def hashed(value: Any) -> Any:
    """Return the value with `hash` added to every asset and archive, as the Pulumi engine does."""
    if isinstance(value, list):
        return [hashed(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if SIGNATURE in value and value[SIGNATURE] != ASSET and "hash" not in value:
        digest = hashlib.sha256()
        for name, content in entries(value):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return {**value, "hash": digest.hexdigest()}
    if value.get(SIGNATURE) == ASSET and "hash" not in value:
        return {**value, "hash": hashlib.sha256(_content(value)).hexdigest()}
    return {key: hashed(item) for key, item in value.items()}


def entries(archive: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of an archive's files, sorted by name within each folder.

    Raises:
        ProviderError: A file is missing, or the archive is remote.
    """
    if "assets" in archive:
        for name, member in sorted(archive["assets"].items()):
            where = f"{prefix}{name}"
            if member[SIGNATURE] == ASSET:
                yield where, _content(member)
            else:
                yield from entries(member, f"{where}/")
    elif "path" in archive:
        yield from _entries_of_path(Path(archive["path"]), prefix)
    else:
        raise ProviderError("a remote archive cannot be read by the embedded AWS: use files of this project")


def zipped(archive: Mapping[str, Any]) -> bytes:
    """Return the archive as a reproducible zip.

    Raises:
        ProviderError: The archive is empty or cannot be read.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries(archive):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
        if not file.namelist():
            raise ProviderError(f"the archive {archive.get('path', '')} holds no file".replace("  ", " "))
    return buffer.getvalue()


def _content(asset: Mapping[str, Any]) -> bytes:
    if "text" in asset:
        return str(asset["text"]).encode()
    if "path" not in asset:
        raise ProviderError("a remote asset cannot be read by the embedded AWS: use a file of this project")
    try:
        return Path(asset["path"]).read_bytes()
    except OSError as error:
        raise ProviderError(f"asset {asset['path']} cannot be read: {error.strerror}") from error


def _entries_of_path(path: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            yield f"{prefix}{file.relative_to(path).as_posix()}", file.read_bytes()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for name in sorted(package.namelist()):
                yield f"{prefix}{name}", package.read(name)
    else:
        raise ProviderError(f"archive {path} is neither a folder nor a zip file")
