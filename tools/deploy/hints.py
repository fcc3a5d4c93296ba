"""Commands in messages, which can be copied into the terminal."""

import os
import shlex

SETTINGS_VARIABLE = "MAKE_SETTINGS"
"""Set by the Makefile: the words that select the environment, such as `ENV=local ENGINE=pulumi`."""
_DIRECTORY_VARIABLE, _USUAL_DIRECTORY = "LOCAL_DIRECTORY", "build/local"


def make(target: str, environment: str) -> str:
    """Return `make deploy-data ENV=dev`, with the variables that select the environment."""
    settings = os.environ.get(SETTINGS_VARIABLE) or f"ENV={environment}"
    directory = os.environ.get(_DIRECTORY_VARIABLE) or _USUAL_DIRECTORY
    if environment == "local" and directory != _USUAL_DIRECTORY:
        settings += f" {_DIRECTORY_VARIABLE}={shlex.quote(directory)}"
    return f"make {target} {settings}"
