"""Paths and settings files of the project."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STACKS = ROOT / "stacks"


def settings_file(layer: str, environment: str) -> Path:
    """Return the settings file of a layer in an environment."""
    return STACKS / layer / f"Pulumi.{environment}.yaml"


def settings_of(layer: str, environment: str) -> Mapping[str, Any]:
    """Return `namespace:key` -> value from the settings file.

    Raises:
        OSError: There is no such file.
    """
    import yaml  # noqa: PLC0415 - most commands need no settings

    content = yaml.safe_load(settings_file(layer, environment).read_text("utf-8")) or {}
    config: Mapping[str, Any] = content.get("config") or {}
    return config


def environments() -> list[str]:
    """Return the environments for which every layer has settings."""
    found = [
        {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in layer.glob("Pulumi.*.yaml")}
        for layer in STACKS.iterdir()
        if (layer / "Pulumi.yaml").is_file()
    ]
    return sorted(set.intersection(*found))


def suffix_of(layer: str, environment: str) -> str:
    """Return the environment suffix in a layer's settings."""
    from shared.infra.layers import LAYERS  # noqa: PLC0415 - most commands need no layer

    return str(
        settings_of(layer, environment).get(f"{LAYERS[layer].project}:environment_suffix") or environment
    )
