"""A file of rules, section by section; what is wrong is told with its line and path."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from stacks.compute.functions.detector.scoring.json_lines import DuplicateNameError, lines_of
from stacks.compute.functions.detector.scoring.setting_kinds import Mode, Number

_DIGEST_DIGITS: Final = 8
_OTHER_SCHEMA: Final = (
    "Copy stacks/compute/functions/detector/rules.json and set your limits and modes there; "
    'docs/rules.md, "From schema 2", says what became of each rule'
)


class RulesError(ValueError):
    """The rules file is not usable; the text has the line, the path inside the file and the reason."""


def read_sections(content: bytes, schema: int) -> "tuple[Section, str]":
    """Return the top of a rules file, and its version with the first digits of the file's SHA-256.

    Raises:
        RulesError: It is not JSON, of another schema, or has no version.
    """
    try:
        text = content.decode()
        document, lines = json.loads(text), lines_of(text)
    except DuplicateNameError as error:
        raise RulesError(str(error)) from None
    except ValueError as error:
        raise RulesError(f"the rules are not JSON: {error}") from None
    except RecursionError:
        raise RulesError("the rules are not usable: too many brackets in each other") from None
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_DIGITS]
    top = Section(document, "", lines)
    if (found := top.value("schema")) != schema:
        raise top.error("schema", f"is {found!r}; this code reads {schema}. {_OTHER_SCHEMA}")
    return top, f"{top.text('version')}+{digest}"


class Section:
    """One object of the file; remembers which settings were asked for, so that others are refused."""

    def __init__(self, value: object, path: str, lines: Mapping[str, int]) -> None:
        self._path = path
        self._lines = lines
        if not isinstance(value, Mapping):
            raise self.error("", "is not an object")
        self._values: Mapping[str, Any] = value
        self._asked: set[str] = set()

    def error(self, name: str, reason: str) -> RulesError:
        """Return the error of a setting, with its line and path."""
        path = f"{self._path}.{name}".strip(".")
        # What is missing is looked for where its object begins.
        line = self._lines.get(path, self._lines.get(self._path, 1))
        return RulesError(f"line {line}: {path or 'the file'} {reason}")

    def value(self, name: str) -> Any:
        """Return a setting of any kind. Raises `RulesError` where it is missing."""
        self._asked.add(name)
        if name not in self._values:
            raise self.error(name, "is missing")
        return self._values[name]

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise self.error(name, "is not a text")
        return value

    def number(self, name: str, kind: Number) -> float:
        """Return a number within its range."""
        value = self.value(name)
        if not is_number(value, int | float) or not kind.minimum <= value <= kind.maximum:
            raise self.error(name, f"is not a number from {kind.minimum:g} to {kind.maximum:g}")
        return float(value)

    def mode(self) -> Mode:
        """Return the section's mode."""
        value = self.value("mode")
        if value not in tuple(Mode):
            raise self.error("mode", f"is not one of {', '.join(Mode)}")
        return Mode(value)

    def section(self, name: str) -> "Section":
        """Return the section of a name."""
        return Section(self.value(name), f"{self._path}.{name}".strip("."), self._lines)

    def names(self) -> list[str]:
        """Return the names that the section has."""
        return list(self._values)

    def finish(self) -> None:
        """Refuse a setting that nobody asked for."""
        if unknown := sorted(self._values.keys() - self._asked):
            raise self.error(unknown[0], "is not a setting")


def is_number(value: object, kind: Any) -> bool:
    """Return whether a value is a number of a kind; true and false are none."""
    return isinstance(value, kind) and not isinstance(value, bool)
