"""Read and decompress files in pieces of limited size."""

import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from tools.files.errors import SourceError

PIECE: Final = 128 * 1024
LARGEST: Final = 64 * 1024**3
"""Limit of uncompressed bytes; a year of ten million payments per day has half."""
_XZ_MEMORY: Final = 256 * 1024**2
"""Memory limit for .xz; the strongest preset needs a quarter, a forged header may request more."""
_MAGIC: Final = {".gz": b"\x1f\x8b", ".xz": b"\xfd7zXZ\x00"}
_FOREIGN: Final = {
    b"PK\x03\x04": "a .zip archive or a spreadsheet's own format",
    b"\xd0\xcf\x11\xe0": "a spreadsheet's own format",
    b"BZh": "a .bz2 archive",
    b"\x28\xb5\x2f\xfd": "a .zst archive",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


class Readable(Protocol):
    """A binary stream."""

    def read(self, size: int = ..., /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], Readable]]:
    """Open a file with decompression; errors in the block become `SourceError`.

    Raises:
        SourceError: The file is missing, a pipe, damaged, truncated, of another format, or too large.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise SourceError(f"{path} is a pipe or a device, but is read more than once: save it as a file")
    try:
        with path.open("rb") as raw:
            yield raw, _uncompressed(path, raw)
    except (lzma.LZMAError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise SourceError(f"{path} is not a complete {path.suffix.lower()} file: {error}") from error
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise SourceError(f"{path} needs more memory to decompress than is available") from error


def pieces(path: Path, content: Readable) -> Iterator[bytes]:
    """Yield the content in pieces.

    Raises:
        SourceError: The content is too large.
    """
    total = 0
    while piece := content.read(PIECE):
        total += len(piece)
        if total > LARGEST:
            raise SourceError(f"{path} holds more than {LARGEST >> 30} GB: split it into several files")
        yield piece


def _uncompressed(path: Path, raw: IO[bytes]) -> Readable:
    start = raw.peek(6)[:6] if isinstance(raw, io.BufferedReader) else b""
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise SourceError(f"{path} is {what}: save it as comma-separated text in UTF-8 (.csv)")
    ending = path.suffix.lower()
    for known, magic in _MAGIC.items():
        if start.startswith(magic) and ending != known:
            raise SourceError(
                f"{path} is compressed, but has no matching extension: rename it to ….csv{known}"
            )
    if ending == ".gz":
        return gzip.GzipFile(fileobj=raw)
    return _Xz(raw) if ending == ".xz" else raw


class _Xz:
    """Like `lzma.LZMAFile`, with a memory limit."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._stream = self._next_stream()

    @staticmethod
    def _next_stream() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def read(self, size: int = PIECE, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        given = b""
        while True:
            if self._stream.eof:
                given = self._stream.unused_data.lstrip(b"\0") or self._raw.read(PIECE).lstrip(b"\0")
                if not given:
                    return b""
                self._stream = self._next_stream()
            elif self._stream.needs_input:
                given = self._raw.read(PIECE)
                if not given:
                    raise EOFError("the file is truncated")
            piece = self._stream.decompress(given, size)
            if piece:
                return piece
            given = b""
