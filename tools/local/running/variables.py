"""`python -m tools.local environment`: what a shell exports so that AWS clients talk to the embedded AWS."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from emulator.address import Emulator, NoEmulatorError
from tools.local.run_directory import emulator_of, run_directory

_LEADING_ELSEWHERE = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--run-directory",
        type=Path,
        default=run_directory(),
        help="the emulator's directory (default: LOCAL_DIRECTORY or build/local)",
    )


def run(options: argparse.Namespace) -> int:
    """Print lines for `eval "$(python -m tools.local environment)"`."""
    try:
        emulator = emulator_of(options.run_directory)
    except NoEmulatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"unset {' '.join(leading_elsewhere(os.environ))}")
    for name, value in variables(emulator).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def variables(emulator: Emulator) -> dict[str, str]:
    """Return the operator's keys and the endpoint; the API's URL is an output of the layer compute."""
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": emulator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.secret_access_key,
        "AWS_REGION": emulator.region,
        "AWS_DEFAULT_REGION": emulator.region,  # boto3 reads this one, other SDKs the one before
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def leading_elsewhere(environment: Mapping[str, str]) -> Iterable[str]:
    """Variables that would take a client to real AWS, or its calls to another account."""
    of_services = (name for name in sorted(environment) if name.startswith("AWS_ENDPOINT_URL_"))
    return (*_LEADING_ELSEWHERE, *of_services)
