"""How large each function's zip is and how fast it starts, beside a bare boto3 handler in the same run."""

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from shared.infra.bundling import bundle_files

RUNS = 9
BARE = "bare boto3 handler"
# What a function reads while it starts; the values only have to be acceptable.
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "ENVIRONMENT_SUFFIX": "bench",
    "LOG_LEVEL": "INFO",
    "PSEUDONYM_SECRET": "bench",
    "TRANSACTIONS_TABLE": "transactions-bench",
    "TRANSACTIONS_TIME_TO_LIVE_DAYS": "30",
    "ACCEPTED_AGE_HOURS": "24",
    "ACCEPTED_FUTURE_SECONDS": "300",
    "PROFILES_TABLE": "profiles-bench",
    "PROFILES_INDEX": "changes-index-bench",
    "PROFILES_TIME_TO_LIVE_DAYS": "180",
    "MOST_MAILS_PER_MINUTE": "10",
    "SUSPICIOUS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/suspicious-queue-bench",
    "ALERTS_TABLE": "alerts-bench",
    "ALERTS_TIME_TO_LIVE_DAYS": "365",
    "ALERT_GROUPING_SECONDS": "900",
    "FRAUD_ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-bench",
    "ALLOW_ALONE_DAYS": "30",
    "ALLOW_ALONE_DOLLARS": "1000",
    "RULES_PUBLISHED_BY": "one",
    "VERDICTS_URL": "https://api.example/transactions/{transaction_id}/verdict",
}
BARE_HANDLER = """
import boto3
client = None

def handle(event, context):
    return client.list_tables()

import os
if os.environ.get("AWS_LAMBDA_RUNTIME_API"):
    client = boto3.client("dynamodb")
"""
TIMED_IMPORT = """
import importlib, sys, time
started = time.perf_counter()
importlib.import_module(sys.argv[1])
print((time.perf_counter() - started) * 1000)
"""


@dataclass(frozen=True)
class FunctionCode:
    """A function by name: the package that holds its handler, and what else its zip carries."""

    name: str
    package: str
    vendored: Sequence[str] = ()
    packages: Sequence[str] = ()


FUNCTIONS = (
    FunctionCode("ingest", "stacks.compute.functions.ingest", ("fastjsonschema",), ("shared.requests",)),
    FunctionCode(
        "detector", "stacks.compute.functions.detector", packages=("stacks.compute.functions.profiles",)
    ),
    FunctionCode(
        "verdicts",
        "stacks.compute.functions.verdicts",
        ("fastjsonschema",),
        (
            "shared.requests",
            "stacks.compute.functions.profiles",
            "stacks.compute.functions.detector.scoring",
        ),
    ),
    FunctionCode("notifier", "stacks.alerting.functions.notifier"),
)


@dataclass(frozen=True)
class Start:
    """Size of the zip in bytes; medians in milliseconds, the interpreter's own start not counted.

    ``import_ms`` imports the handler's module; ``init_ms`` is the whole initialisation that Lambda does, with
    the clients that the module builds there.
    """

    name: str
    zip_bytes: int
    import_ms: float
    init_ms: float


def measure() -> list[Start]:
    """Measure the bare handler first, then the functions, each run of one followed by a run of the next."""
    with tempfile.TemporaryDirectory() as folder:
        handlers = {BARE: (Path(folder) / "bare", "bare_handler")}
        sizes = {BARE: _write(Path(folder) / "bare", {"bare_handler.py": BARE_HANDLER.encode()})}
        for code in FUNCTIONS:
            files = bundle_files(code.package, code.vendored, code.packages)
            content = {name: path.read_bytes() for name, path in files.items()}
            sizes[code.name] = _write(Path(folder) / code.name, content)
            handlers[code.name] = (Path(folder) / code.name, f"{code.package}.handler")
        imports: dict[str, list[float]] = {name: [] for name in handlers}
        inits: dict[str, list[float]] = {name: [] for name in handlers}
        for _ in range(RUNS):
            for name, (root, module) in handlers.items():
                imports[name].append(_timed(root, module, {}))
                inits[name].append(_timed(root, module, {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"}))
    return [Start(name, sizes[name], median(imports[name]), median(inits[name])) for name in handlers]


def _write(root: Path, content: Mapping[str, bytes]) -> int:
    """Unpack a function and return the size of its zip."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            file.writestr(name, data)
            root.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            root.joinpath(name).write_bytes(data)
    return archive.getbuffer().nbytes


def _timed(root: Path, module: str, more: Mapping[str, str]) -> float:
    # Lambda compiles a function's own modules at each cold start; those of its runtime are compiled already.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        **ENVIRONMENT,
        **more,
    }
    command = [sys.executable, "-P", "-c", TIMED_IMPORT, module]
    done = subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module} does not start:\n{done.stderr}")
    return float(done.stdout)
