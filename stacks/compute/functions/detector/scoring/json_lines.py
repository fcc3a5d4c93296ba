"""The line of each value of a JSON text."""

import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final

_BLANK: Final = re.compile(r"\s*")
_SCALAR: Final = re.compile(r"[^\s,\]}]+")


class DuplicateNameError(ValueError):
    """Two values of a JSON text have one path; says which, and the line of the second."""


def lines_of(text: str) -> dict[str, int]:
    """Return the line of each value of a valid JSON text, by its path: `rules.velocity.windows[0]`.

    Raises:
        DuplicateNameError: Two values have one path.
    """
    lines: dict[str, int] = {}
    _value(text, 0, "", lines)
    return lines


def _value(text: str, start: int, path: str, lines: dict[str, int]) -> int:
    """Note the lines of the value that begins at or after a place; return the place after it."""
    place = _skip(text, start)
    line = text.count("\n", 0, place) + 1
    if path in lines:
        raise DuplicateNameError(f"line {line}: {path} stands there twice")
    lines[path] = line
    if text[place] == "{":
        return _members(text, place, path, lines)
    if text[place] == "[":
        return _items(text, place, path, lines)
    if text[place] == '"':
        return int(scanstring(text, place + 1)[1])
    scalar = _SCALAR.match(text, place)
    assert scalar is not None
    return scalar.end()


def _members(text: str, place: int, path: str, lines: dict[str, int]) -> int:
    place = _skip(text, place + 1)
    while text[place] != "}":
        name, place = scanstring(text, _skip(text, place) + 1)
        colon = _skip(text, place)
        place = _skip(text, _value(text, colon + 1, f"{path}.{name}".strip("."), lines))
        place = _skip(text, place + 1) if text[place] == "," else place
    return place + 1


def _items(text: str, place: int, path: str, lines: dict[str, int]) -> int:
    place, index = _skip(text, place + 1), 0
    while text[place] != "]":
        place = _skip(text, _value(text, place, f"{path}[{index}]", lines))
        index += 1
        place = _skip(text, place + 1) if text[place] == "," else place
    return place + 1


def _skip(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    assert blank is not None
    return blank.end()
