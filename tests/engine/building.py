"""Makes worlds: the project copied, an embedded AWS and its provider, and an environment for the CLI."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from emulator.address import Emulator
from emulator.process import EmulatorProcess
from emulator.provider.cloud import Cloud
from tests.engine.world import ENVIRONMENT, World
from tests.support.harness import ROOT
from tools.local.engine.administrator import make_boundaries
from tools.local.engine.serving import attachment, serving

PASSPHRASE = "correct-horse-battery-staple"


@contextmanager
def world(directory: Path, binary: Path) -> Iterator[World]:
    """A world with nothing deployed; `binary` is the CLI."""
    copy_project(directory / "project")
    (directory / "backend").mkdir()
    with ExitStack() as stack:
        process = EmulatorProcess(directory / "run")
        stack.callback(process.stop)
        process.start()
        emulator = process.wait_until_ready()
        make_boundaries(emulator, ENVIRONMENT)
        port = stack.enter_context(serving(Cloud.of(emulator)))
        yield World(directory, emulator, _environment(directory, binary, port, emulator))


def copy_project(target: Path) -> None:
    """Every file of the project that git tracks or would track; the virtual environment is shared."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    files = [name for name in listed if name and (ROOT / name).is_file()]
    assert "Makefile" in files
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(sys.prefix)


def _environment(directory: Path, binary: Path, port: int, emulator: Emulator) -> dict[str, str]:
    """Of the caller's own environment only what every program needs: no login, no make, no AWS but ours."""
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG") if name in os.environ}
    return {
        **kept,
        "PATH": f"{binary.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(directory / "project"),
        # Programs are imported again and again, and where the SDK is installed nothing may be written.
        "PYTHONPYCACHEPREFIX": str(directory.parent / "bytecode"),
        "PULUMI_HOME": str(directory / "home"),
        "PULUMI_BACKEND_URL": (directory / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
        "PULUMI_DEBUG_PROVIDERS": attachment(port),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": emulator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.secret_access_key,
        "AWS_REGION": emulator.region,
    }
