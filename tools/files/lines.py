"""Split a file into numbered physical lines: quoted cells never span lines."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tools.files.errors import SourceError

LONGEST: Final = 64 * 1024
"""Limit of a line in bytes; a row with all columns has fewer than 2,000."""
_BOM: Final = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Consecutive lines.

    Attributes:
        first: Number of the first line, from 1.
        lines: Lines without line ends.
        plain: Whether no line has a quotation mark, NUL, carriage return or invalid UTF-8.
    """

    first: int
    lines: list[str]
    plain: bool


def blocks(path: Path, pieces: Iterable[bytes]) -> Iterator[Block]:
    """Yield all lines, one block per piece.

    Raises:
        SourceError: A line is too long.
    """
    number, rest = 1, b""
    for piece in pieces:
        cut = piece.rfind(b"\n")
        if cut >= 0:
            block = _block(path, number, rest + piece[:cut])
            yield block
            number, rest = number + len(block.lines), piece[cut + 1 :]
        else:
            rest += piece
        if len(rest) > LONGEST:
            raise _too_long(path, number)
    if rest:
        yield _block(path, number, rest)


def cells_of(line: str) -> list[str]:
    """Return the cells of a line.

    Raises:
        ValueError: The line is not a complete row; the message says why.
    """
    if "\0" in line:
        raise ValueError("holds a NUL character")
    if "\r" in line:
        raise ValueError("holds a carriage return within the line")
    if not line.isascii() and any("\ud800" <= each <= "\udfff" for each in line):
        raise ValueError("is not UTF-8 text")
    if '"' not in line:
        return line.split(",")
    if line.count('"') % 2:
        raise ValueError("a quotation mark is not closed on its line; a cell cannot span lines")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        raise ValueError("a quotation mark appears within a cell") from None


def _block(path: Path, number: int, content: bytes) -> Block:
    content = content.removeprefix(_BOM) if number == 1 else content
    plain = b'"' not in content and b"\0" not in content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text, plain = content.decode("utf-8", "surrogateescape"), False
    lines = text.split("\n")
    longest = max(map(len, lines))
    if longest > LONGEST:
        raise _too_long(path, number + [*map(len, lines)].index(longest))
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
        plain = plain and not any("\r" in line for line in lines)
    return Block(number, lines, plain)


def _too_long(path: Path, number: int) -> SourceError:
    return SourceError(f"{path}, line {number}: longer than {LONGEST:,} bytes: not a table of payments")
