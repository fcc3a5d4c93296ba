"""Read Pulumi.yaml and Pulumi.<stack>.yaml, and encode settings as the Pulumi CLI does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

STACK_TYPE = "pulumi:pulumi:Stack"
"""Type of the resource that stands for the stack itself; its outputs are what the stack exports."""


class ProjectError(Exception):
    """A project's files are invalid; the message names the file and the fix."""


@dataclass(frozen=True)
class Project:
    """A Pulumi project with the settings of a stack.

    `config` maps `namespace:key` to strings (lists and maps as JSON); `secret_keys` are the keys of secrets.
    """

    directory: Path
    name: str
    stack: str
    config: Mapping[str, str] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()

    def qualified_stack(self, organization: str = "organization") -> str:
        """Return the name a StackReference uses: `organization/project/stack`."""
        return f"{organization}/{self.name}/{self.stack}"


def read_project(directory: Path, stack: str, overrides: Mapping[str, str] | None = None) -> Project:
    """Read a project's settings for one stack.

    `overrides` maps keys (`namespace:key`, or `key` in the project's namespace) to strings. They take
    precedence over both files, and supply the values of `secure:` keys.

    Raises:
        ProjectError: A file is missing or malformed, or a `secure:` key has no override.
    """
    directory = directory.resolve()
    described = _mapping(directory / "Pulumi.yaml", required=True)
    name = described.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{directory / 'Pulumi.yaml'}: `name` is missing")
    settings_file = directory / f"Pulumi.{stack}.yaml"
    settings = _mapping(settings_file, required=False).get("config") or {}
    if not isinstance(settings, dict):
        raise ProjectError(f"{settings_file}: `config` must be a mapping of keys to values")
    given = {_qualified(key, name): value for key, value in (overrides or {}).items()}
    values = {**_declared_defaults(described, name), **{_qualified(k, name): v for k, v in settings.items()}}
    secret_keys = {key for key, value in values.items() if _is_secure(value)}
    without_value = sorted(secret_keys - given.keys())
    if without_value:
        raise ProjectError(
            f"{settings_file}: the value of {', '.join(without_value)} is encrypted for the Pulumi CLI; "
            f"pass it with --config {without_value[0]}=VALUE"
        )
    config = {key: encode(value) for key, value in values.items() if value is not None and key not in given}
    return Project(directory, name, stack, {**config, **given}, frozenset(secret_keys))


def encode(value: Any) -> str:
    """Encode a setting as Pulumi does: strings unchanged, everything else as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _mapping(file: Path, *, required: bool) -> dict[str, Any]:
    if not file.is_file():
        if required:
            raise ProjectError(f"{file} does not exist: {file.parent} is not a Pulumi project")
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ProjectError(f"{file} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ProjectError(f"{file}: expected a mapping at the top")
    return content


def _declared_defaults(described: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the defaults in Pulumi.yaml's `config:`, plain or as `{default: ...}` or `{value: ...}`."""
    declared = described.get("config") or {}
    return {
        _qualified(key, name): value.get("value", value.get("default"))
        if isinstance(value, dict) and value.keys() & {"type", "default", "value", "description", "secret"}
        else value
        for key, value in declared.items()
    }


def _qualified(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}
