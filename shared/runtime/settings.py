"""Read a function's environment variables into typed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from shared.runtime.logs import LEVELS


class SettingsError(RuntimeError):
    """An environment variable is missing or invalid. The text names the variable, never its value."""


class Environment:
    """The environment variables of a function; `layer` is the stack that sets them."""

    def __init__(self, variables: Mapping[str, str], *, layer: str) -> None:
        self._variables = variables
        self._layer = layer

    def text(self, name: str) -> str:
        """Return a non-empty text."""
        value = self._variables.get(name, "")
        if not value:
            raise self._error(name, "is missing")
        return value

    def integer(self, name: str, *, minimum: int) -> int:
        """Return an integer of at least `minimum`."""
        value = self.text(name)
        if not value.isascii() or not value.isdecimal() or int(value) < minimum:
            raise self._error(name, f"is not a whole number of at least {minimum}")
        return int(value)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return one of the choices."""
        value = self.text(name)
        if value not in choices:
            raise self._error(name, f"is none of {', '.join(choices)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return space-separated texts."""
        return tuple(self._variables.get(name, "").split())

    def _error(self, name: str, fault: str) -> SettingsError:
        return SettingsError(
            f"environment variable {name} {fault}: the {self._layer} stack sets it, "
            f"deploy it with `make deploy-{self._layer} ENV=<environment>`"
        )


@dataclass(frozen=True, slots=True)
class CommonSettings:
    """Settings of every function."""

    environment_suffix: str
    log_level: str
    pseudonym_secret: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the common variables."""
        return cls(
            environment_suffix=environment.text("ENVIRONMENT_SUFFIX"),
            log_level=environment.choice("LOG_LEVEL", LEVELS),
            pseudonym_secret=environment.text("PSEUDONYM_SECRET"),
        )
