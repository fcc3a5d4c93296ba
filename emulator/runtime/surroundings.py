"""A worker's surroundings: function code, log, and the environment variables that Lambda sets."""

import os
from dataclasses import dataclass
from pathlib import Path

from emulator.runtime.configuration import FunctionConfiguration
from emulator.runtime.log_stream import LogStream


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A worker's surroundings; `environment` overrides all other variables."""

    code_folder: Path
    packages_folder: Path
    log_file: Path
    environment: dict[str, str]
    log_stream: LogStream | None = None

    def variables(self, configuration: FunctionConfiguration, runtime_api: str) -> dict[str, str]:
        """Return the process's environment variables; `runtime_api` is the address of the Runtime API."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "HOME": "/tmp",  # noqa: S108 - as in Lambda
            **dict(configuration.environment),
            "PYTHONPATH": f"{self.code_folder}{os.pathsep}{self.packages_folder}",
            "PYTHONUNBUFFERED": "1",
            "_HANDLER": configuration.handler,
            "LAMBDA_TASK_ROOT": str(self.code_folder),
            "LAMBDA_RUNTIME_DIR": str(self.packages_folder),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": configuration.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream.name if self.log_stream else "",
            "AWS_LAMBDA_LOG_FORMAT": configuration.log_format.upper(),
            "AWS_LAMBDA_LOG_LEVEL": configuration.log_level,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            **self.environment,
        }
