"""The commands that messages name, so that each can be copied into the terminal as it stands."""

import os

SETTINGS_VARIABLE = "MAKE_SETTINGS"
"""Set by the Makefile: how this environment was named to it, `ENV=local ENGINE=pulumi` for example."""


def make(target: str, environment: str) -> str:
    """`make deploy-data ENV=dev`, with whatever else the environment was named by."""
    return f"make {target} {os.environ.get(SETTINGS_VARIABLE) or f'ENV={environment}'}"
