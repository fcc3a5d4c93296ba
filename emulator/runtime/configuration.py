"""The deployed configuration of a function."""

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.cloud import deployed
from emulator.cloud.account import MOTO_LOCK


class NoFunctionError(Exception):
    """The function does not exist."""


@dataclass(frozen=True, slots=True)
class FunctionConfiguration:
    """A function's configuration; equal ones may share workers. `timeout` is in seconds, `memory` in MB."""

    name: str
    arn: str
    role_arn: str
    handler: str
    runtime: str
    timeout: int
    memory: int
    environment: tuple[tuple[str, str], ...]
    code_sha256: str
    tracing_active: bool
    log_format: str
    log_level: str
    system_log_level: str
    log_group: str


def read_configuration(name_or_arn: str) -> FunctionConfiguration:
    """Return the function's current configuration.

    Raises:
        NoFunctionError: The function does not exist.
    """
    with MOTO_LOCK:
        function = deployed.function(name_or_arn)
        if function is None:
            raise NoFunctionError(f"Function not found: {name_or_arn}")
        logging_config: dict[str, Any] = getattr(function, "echoed", {}).get("LoggingConfig", {})
        return FunctionConfiguration(
            name=function.function_name,
            arn=function.function_arn,
            role_arn=function.role,
            handler=function.handler,
            runtime=function.run_time,
            timeout=int(function.timeout),
            memory=int(function.memory_size),
            environment=tuple(sorted((function.environment_vars or {}).items())),
            code_sha256=function.code_digest or function.code_sha_256,
            tracing_active=(function.tracing_config or {}).get("Mode") == "Active",
            log_format=logging_config.get("LogFormat", "Text"),
            log_level=logging_config.get("ApplicationLogLevel", ""),
            system_log_level=logging_config.get("SystemLogLevel", "INFO"),
            log_group=logging_config.get("LogGroup") or f"/aws/lambda/{function.function_name}",
        )


def reserved_concurrency(name_or_arn: str) -> int | None:
    """Return the function's reserved concurrency, or None."""
    function = deployed.function(name_or_arn)
    if function is None or function.reserved_concurrency is None:
        return None
    return int(function.reserved_concurrency)


UNZIPPED_LIMIT = 262_144_000
"""Limit of unzipped code in bytes ("Lambda quotas"). zipfile never writes more than the stated sizes."""


def unpack_code(configuration: FunctionConfiguration, functions_folder: Path) -> Path:
    """Unpack the function's zip, once per content, and return the folder.

    Raises:
        NoFunctionError: The function was deleted, or its zip exceeds Lambda's unzipped size limit.
    """
    digest = "".join(c if c.isalnum() else "_" for c in configuration.code_sha256)
    target = functions_folder / digest[:32]
    if target.is_dir():
        return target
    with MOTO_LOCK:
        function = deployed.function(configuration.name)
        if function is None:
            raise NoFunctionError(f"Function not found: {configuration.name}")
        content = bytes(function.code_bytes)
    package = zipfile.ZipFile(io.BytesIO(content))
    if (size := sum(each.file_size for each in package.infolist())) > UNZIPPED_LIMIT:
        raise NoFunctionError(
            f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes; {configuration.name} has {size}"
        )
    temporary = target.with_name(f"{target.name}.new")
    shutil.rmtree(temporary, ignore_errors=True)
    with package:
        package.extractall(temporary)
    temporary.rename(target)
    return target
