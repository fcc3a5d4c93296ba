"""The commands that messages name, so that each can be copied into the terminal as it stands."""

import os
import shlex

SETTINGS_VARIABLE = "MAKE_SETTINGS"
"""Set by the Makefile: how this environment was named to it, `ENV=local ENGINE=pulumi` for example."""
_DIRECTORY_VARIABLE, _USUAL_DIRECTORY = "LOCAL_DIRECTORY", "build/local"


def make(target: str, environment: str) -> str:
    """`make deploy-data ENV=dev`, with whatever else the environment was named by."""
    settings = os.environ.get(SETTINGS_VARIABLE) or f"ENV={environment}"
    directory = os.environ.get(_DIRECTORY_VARIABLE) or _USUAL_DIRECTORY
    if environment == "local" and directory != _USUAL_DIRECTORY:
        settings += f" {_DIRECTORY_VARIABLE}={shlex.quote(directory)}"
    return f"make {target} {settings}"
