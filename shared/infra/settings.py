"""Read a layer's configuration into typed values; errors name the key, the file and an example.

Errors derive from ``pulumi.RunError``, which Pulumi shows without a stack trace.
"""

import re
from difflib import get_close_matches
from ipaddress import IPv4Network
from types import TracebackType
from typing import Any, Self

import pulumi
from pulumi.runtime import config as loaded

from shared.infra.arns import REGION
from shared.infra.layers import layer
from shared.infra.naming import InvalidNameError, Names, slug


class SettingError(pulumi.RunError, ValueError):
    """A setting is missing or invalid; the message names the key, the file and the fix."""

    def __init__(self, key: str, file: str, problem: str, example: str) -> None:
        super().__init__(f"{file}: {key} {problem}. Under 'config:' write, for example:\n  {key}: {example}")
        self.key = key
        self.file = file
        self.without_file = f"{key} {problem}; write, for example: {example}"
        """The same of a value that did not come from the file."""


class UnknownSettingError(pulumi.RunError, ValueError):
    """The layer has no such setting."""

    def __init__(self, key: str, file: str, known: set[str]) -> None:
        namespace, _, name = key.partition(":")
        meant = get_close_matches(name, known, n=1)
        hint = (
            f": perhaps {namespace}:{meant[0]} is meant"
            if meant
            else f"; there are {', '.join(sorted(known))}"
        )
        self.key = key
        self.file = file
        self.without_file = f"{key} is no setting of this layer{hint}"
        """The same of a setting that did not come from the file."""
        super().__init__(f"{file}: {self.without_file}")


class SettingsReader:
    """The configuration of a layer in the current stack.

    As a context manager, it refuses settings in the layer's namespace that were not read.
    """

    def __init__(self, layer_name: str) -> None:
        """Read ``stacks/<layer>/Pulumi.<stack>.yaml`` as Pulumi has loaded it.

        Raises:
            SettingError: The configured region is not us-east-1.
        """
        self._namespace = layer(layer_name).project
        self._config = pulumi.Config(self._namespace)
        self._aws = pulumi.Config("aws")
        self._read: set[str] = set()
        self._file = f"stacks/{layer_name}/Pulumi.{pulumi.get_stack()}.yaml"
        region = self._aws.get("region")
        if region is not None and region != REGION:
            raise SettingError(
                "aws:region", self._file, f"is {region!r}, but this project runs in {REGION}", REGION
            )

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Refuse settings that were not read, unless an error is being raised.

        Raises:
            UnknownSettingError: A setting was not read; names the file and a similar setting.
        """
        given = {**loaded.get_config_env(), **loaded.CONFIG.get()}
        ours = f"{self._namespace}:"
        unknown = sorted(
            key for key in given if key.startswith(ours) and key.removeprefix(ours) not in self._read
        )
        if kind is None and unknown:
            raise UnknownSettingError(unknown[0], self._file, self._read)

    def names(self) -> Names:
        """Return the names of the environment, whose suffix is the stack's name unless set.

        Raises:
            SettingError: The suffix is invalid.
        """
        key = "environment_suffix"
        try:
            return Names(self._value(key) or pulumi.get_stack())
        except InvalidNameError as error:
            raise self._error(key, f"cannot be the end of every name: {error}", "dev") from None

    def allowed_account_ids(self) -> tuple[str, ...]:
        """Return the AWS provider's setting ``aws:allowedAccountIds``; empty unless set.

        Raises:
            SettingError: The value is not a list of account IDs.
        """
        key, example = "aws:allowedAccountIds", '["123456789012"]'
        try:
            value = self._aws.get_object("allowedAccountIds")
        except pulumi.ConfigTypeError:
            value = ""
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            raise SettingError(key, self._file, "is not a list of at least one account", example)
        if wrong := [each for each in value if not re.fullmatch(r"\d{12}", str(each))]:
            raise SettingError(
                key, self._file, f"has entries that are no account's twelve digits: {wrong}", example
            )
        return tuple(map(str, value))

    def text(self, key: str, *, example: str) -> str:
        """Return a non-empty string."""
        value = self._value(key)
        if value is None or not value.strip():
            raise self._error(key, "is missing" if value is None else "is empty", example)
        return value

    def choice(self, key: str, options: tuple[str, ...]) -> str:
        """Return one of ``options``."""
        value = self.text(key, example=options[0])
        if value not in options:
            raise self._error(key, f"is {value!r}, not one of {', '.join(options)}", options[0])
        return value

    def integer(self, key: str, *, minimum: int, maximum: int) -> int:
        """Return an integer from ``minimum`` to ``maximum``, inclusive."""
        value = self.text(key, example=str(minimum))
        try:
            number = int(value)
        except ValueError:
            raise self._error(key, f"is {value!r}, not a whole number", str(minimum)) from None
        if not minimum <= number <= maximum:
            raise self._error(key, f"is {number}, not between {minimum} and {maximum}", str(minimum))
        return number

    def flag(self, key: str) -> bool:
        """Return a boolean."""
        return self.choice(key, ("false", "true")) == "true"

    def texts(self, key: str, *, example: str, may_be_empty: bool = False) -> tuple[str, ...]:
        """Return a list of distinct non-empty strings, at least one unless ``may_be_empty``."""
        shown = f'["{example}"]'
        try:
            value = self._object(key)
        except pulumi.ConfigTypeError:
            raise self._error(key, "is not a list", shown) from None
        if value is None:
            raise self._error(key, "is missing", shown)
        if not isinstance(value, list) or not (value or may_be_empty):
            raise self._error(key, "is not a list of at least one entry", shown)
        if wrong := [each for each in value if not isinstance(each, str) or not each.strip()]:
            raise self._error(key, f"has entries that are not text: {wrong}", shown)
        if len(set(value)) != len(value):
            raise self._error(key, "names an entry twice", shown)
        return tuple(value)

    def mail_addresses(self, key: str) -> tuple[str, ...]:
        """Return a list of one or more e-mail addresses."""
        example = "team@example.com"
        addresses = self.texts(key, example=example)
        if wrong := [each for each in addresses if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", each)]:
            raise self._error(key, f"has entries that are no e-mail address: {wrong}", f'["{example}"]')
        if len({slug(each) for each in addresses}) != len(addresses):
            raise self._error(key, "has two addresses that differ in punctuation alone", f'["{example}"]')
        return addresses

    def availability_zones(self, key: str, *, count: int) -> tuple[str, ...]:
        """Return ``count`` distinct availability zones of the region."""
        zones = self.texts(key, example=f"{REGION}a")
        example = "[" + ", ".join(f'"{REGION}{letter}"' for letter in "abcdef"[:count]) + "]"
        if len(zones) != count:
            raise self._error(key, f"has {len(zones)} entries, not {count}", example)
        if wrong := [each for each in zones if not re.fullmatch(rf"{REGION}[a-f]", each)]:
            raise self._error(key, f"has entries that are no zone of {REGION}: {wrong}", example)
        return zones

    def network(self, key: str, *, longest_prefix: int) -> IPv4Network:
        """Return a private IPv4 network between /16 (the largest VPC) and ``longest_prefix``."""
        example = "10.20.0.0/16"
        value = self.text(key, example=example)
        try:
            network = IPv4Network(value)
        except ValueError:
            raise self._error(key, f"is {value!r}, not an IPv4 network", example) from None
        if not network.is_private or not 16 <= network.prefixlen <= longest_prefix:
            raise self._error(
                key, f"is {value}, not a private network from /16 to /{longest_prefix}", example
            )
        return network

    def _value(self, key: str) -> str | None:
        self._read.add(key)
        return self._config.get(key)

    def _object(self, key: str) -> Any:
        self._read.add(key)
        return self._config.get_object(key)

    def _error(self, key: str, problem: str, example: str) -> SettingError:
        return SettingError(f"{self._namespace}:{key}", self._file, problem, example)
