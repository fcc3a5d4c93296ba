"""The address file that a running emulator writes to its run directory."""

import functools
import json
import os
import threading
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

FILE_NAME = "emulator.json"


class NoEmulatorError(RuntimeError):
    """No emulator runs in the given directory."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running embedded AWS.

    `endpoint` serves the AWS APIs, `gateway` the deployed REST APIs. The keys belong to the operator and are
    new for each run. `instance_id` is unique to each start, so that state written against an earlier
    instance can be detected.
    """

    endpoint: str
    gateway: str
    account_id: str
    region: str
    access_key_id: str
    secret_access_key: str
    pid: int
    instance_id: str

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client of `service` that acts as the operator."""
        keys = {"aws_access_key_id": self.access_key_id, "aws_secret_access_key": self.secret_access_key}
        with _MAKING_CLIENTS:
            return _session().client(
                service, endpoint_url=self.endpoint, region_name=self.region, **{**keys, **options}
            )

    def invoke_url(self, api_id: str, stage_name: str) -> str:
        """Return the URL of a deployed stage of a REST API, without a trailing slash."""
        return stage_url(self.gateway, api_id, stage_name)


def stage_url(gateway: str, api_id: str, stage_name: str) -> str:
    """Return the URL of a deployed stage on the gateway; on AWS each API has its own host name."""
    return f"{gateway}/execute-api/{api_id}/{stage_name}"


_MAKING_CLIENTS = threading.Lock()
"""Creating clients in a boto3 session is not thread-safe."""


@functools.cache
def _session() -> Any:
    """Return the session that all clients share, because each session parses the service models again."""
    import boto3  # noqa: PLC0415 - a reader of the address alone should not pay for boto3

    return boto3.session.Session()


def write(run_directory: Path, emulator: Emulator) -> Path:
    """Write the address file atomically, readable by this user only."""
    path = run_directory / FILE_NAME
    temporary = path.with_suffix(".json.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(emulator), file, indent=2)
        file.write("\n")
    temporary.replace(path)
    return path


def read(run_directory: Path) -> Emulator:
    """Return the emulator that runs in `run_directory`.

    Raises:
        NoEmulatorError: There is no address file, or it cannot be read as one.
    """
    path = run_directory / FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        emulator = Emulator(**{field.name: content[field.name] for field in fields(Emulator)})
    except FileNotFoundError as error:
        raise NoEmulatorError(f"no embedded AWS runs in {run_directory}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoEmulatorError(f"{path} is not an emulator's address ({error})") from error
    if not _lives(emulator.pid):
        raise NoEmulatorError(f"the embedded AWS of {run_directory} (process {emulator.pid}) has ended")
    return emulator


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # the process belongs to another user
        return True
    return True
