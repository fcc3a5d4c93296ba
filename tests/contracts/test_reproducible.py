"""Two clones of one commit, on machines with different habits, make the same zips, byte for byte."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.infra.stems import FUNCTIONS
from tests.support.harness import ROOT

ZIPS = """
import hashlib, json
from emulator.provider.assets import zipped
from tools.deploy.program_runner.recorded import archive_files
from tools.deploy.program_runner.recording import deploy_all
from emulator.provider.values import ASSET, SIGNATURE
zips = {}
for function in deploy_all("dev").of_type("lambda/function:Function"):
    files = archive_files(function.inputs["code"])
    members = {name: {SIGNATURE: ASSET, "path": path} for name, path in files.items()}
    zips[function.name] = hashlib.sha256(zipped({"assets": members})).hexdigest()
print(json.dumps(zips))
"""


def clone(directory: Path, *habits: str) -> Path:
    settings = [part for habit in habits for part in ("-c", habit)]
    done = subprocess.run(
        ["git", *settings, "clone", "--quiet", str(ROOT), str(directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"this is no repository of git: {done.stderr.strip()}")
    return directory


def zips_of(directory: Path, seed: str) -> dict[str, str]:
    """What each function's zip would be; `seed` changes the order of everything that has none."""
    done = subprocess.run(
        [sys.executable, "-c", ZIPS],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(directory), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_two_clones_make_the_same_zips(tmp_path: Path) -> None:
    plain = clone(tmp_path / "plain", "core.autocrlf=false")
    windows = clone(tmp_path / "a deeper" / "windows", "core.autocrlf=true", "core.eol=crlf")
    for path in windows.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    first, second = zips_of(plain, "1"), zips_of(windows, "2")
    assert {name.removesuffix("-function-dev") for name in first} == {
        f for of in FUNCTIONS.values() for f in of
    }
    assert first == second


def test_a_changed_line_changes_the_zip(tmp_path: Path) -> None:
    changed = clone(tmp_path / "changed")
    before = zips_of(changed, "1")
    with (changed / "stacks/alerting/functions/notifier/handler.py").open("a", encoding="utf-8") as file:
        file.write("# another line\n")
    after = zips_of(changed, "1")
    assert {name for name in before if before[name] != after[name]} == {"notifier-function-dev"}
