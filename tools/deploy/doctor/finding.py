"""The result of a check."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal["ok", "!", "x"]
"""Passed, warning, failure."""


@dataclass(frozen=True)
class Finding:
    """A line of the doctor's report."""

    mark: Mark
    subject: str
    """Subject of the check, in a word or two."""
    text: str
    """Result; for `!` and `x` also what to do."""

    def __str__(self) -> str:
        lines = self.text.splitlines() or [""]
        heads = [f"{self.mark:<2} {self.subject:<13} ", *([" " * 17] * len(lines[1:]))]
        return "\n".join(f"{head}{line}" for head, line in zip(heads, lines, strict=True))


def ok(subject: str, text: str) -> Finding:
    """Return a passed check."""
    return Finding("ok", subject, text)


def warning(subject: str, text: str) -> Finding:
    """Return a warning: a deployment would succeed, but may not work as intended."""
    return Finding("!", subject, text)


def failure(subject: str, text: str) -> Finding:
    """Return a failure: a deployment would fail."""
    return Finding("x", subject, text)


def failed(findings: Iterable[Finding]) -> bool:
    """Return whether a deployment would fail."""
    return any(each.mark == "x" for each in findings)
