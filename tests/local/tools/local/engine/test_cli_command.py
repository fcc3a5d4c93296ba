"""`python -m tools.local pulumi`: the CLI's place, settings and provider, and which engine may act when."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from emulator.address import Emulator
from tests.local.tools.local.engine.stand_in import Pulumi, stand_in
from tools.deploy.project import ROOT
from tools.local import cli
from tools.local.engine import cli_home
from tools.local.engine.cli_arguments import CommandLine
from tools.local.engine.cli_home import CliHome

TRACKED = Path("stacks/data/Pulumi.local.yaml")
WAITS_FOR_AN_INTERRUPTION = """#!{python}
import signal, sys, time
counted = []
signal.signal(signal.SIGINT, lambda *_: counted.append(1))
print("ready", flush=True)
while not counted:
    time.sleep(0.02)
time.sleep(0.3)
print(f"interrupted {{len(counted)}} time", flush=True)
sys.exit(7)
"""


@pytest.mark.parametrize(
    ("arguments", "verb", "layer", "rest"),
    [
        (("-C", "stacks/data", "up", "--yes"), "up", "data", ("up", "--yes")),
        (("-Cstacks/data", "up"), "up", "data", ("up",)),
        (("--cwd=stacks", "-C", "data", "up"), "up", "data", ("up",)),
        (("stack", "ls", "-C", "stacks/network"), "stack", "network", ("stack", "ls")),
        (
            ("--color", "never", "-v", "3", "preview"),
            "preview",
            None,
            ("--color", "never", "-v", "3", "preview"),
        ),
        ((), "", None, ()),
    ],
)
def test_command_line_is_understood(
    arguments: tuple[str, ...], verb: str, layer: str | None, rest: tuple[str, ...]
) -> None:
    command = CommandLine.parse(arguments)
    assert (command.verb, command.layer, command.rest) == (verb, layer, rest)


def test_cli_gets_its_own_place_and_nothing_of_ours(
    pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch, run_directory: Path
) -> None:
    for name in ("PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL", "AWS_PROFILE", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody-else")
    code, told, _ = pulumi("-C", "stacks/data", "up", "--stack", "local")
    assert code == 0
    environment = told["environment"]
    assert "somebody-else" not in environment.values()
    folder = run_directory / "pulumi"
    assert environment["PULUMI_BACKEND_URL"] == (folder / "backend").as_uri()
    assert environment["PULUMI_HOME"] == str(folder / "home")
    assert environment["PULUMI_DEBUG_PROVIDERS"].startswith("aws:")
    assert environment["PYTHONPATH"].split(os.pathsep)[1] == str(ROOT)
    passphrase = Path(environment["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert stat.S_IMODE(passphrase.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert told["arguments"] == ["-C", str(folder / "projects" / "data"), "up", "--stack", "local"]
    known = passphrase.read_text()
    pulumi("-C", "stacks/compute", "stack", "ls")
    assert passphrase.read_text() == known, "what it has encrypted can be opened again"


def test_provider_is_served_to_the_commands_that_ask_for_it_alone(pulumi: Pulumi) -> None:
    for verb in ("preview", "up", "refresh", "destroy", "import"):
        assert "PULUMI_DEBUG_PROVIDERS" in pulumi("-C", "stacks/data", verb)[1]["environment"]
    for words in (("stack", "output"), ("stack", "export"), ("cancel",), ("whoami",)):
        assert "PULUMI_DEBUG_PROVIDERS" not in pulumi("-C", "stacks/data", *words)[1]["environment"]


def test_exit_code_is_the_clis(pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_EXIT_CODE", "255")
    assert pulumi("-C", "stacks/data", "up")[0] == 255


def test_settings_are_a_copy_that_follows_the_tracked_file(
    pulumi: Pulumi, run_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "stacks" / "data", project / "stacks" / "data")
    monkeypatch.setattr(cli_home, "ROOT", project)
    tracked, copy = project / TRACKED, run_directory / "pulumi/projects/data" / TRACKED.name
    before = tracked.read_text()
    pulumi("-C", "stacks/data", "stack", "ls")
    assert yaml.safe_load(copy.read_text()) == yaml.safe_load(before)

    written = {**yaml.safe_load(before), "encryptionsalt": "v1:salt"}
    written["config"] = {**written["config"], "fraud-data:point_in_time_recovery": "only for one run"}
    copy.write_text(yaml.safe_dump(written))
    tracked.write_text(
        before.replace("transactions_time_to_live_days: 30", "transactions_time_to_live_days: 31")
    )
    pulumi("-C", "stacks/data", "up")
    settings = yaml.safe_load(copy.read_text())
    assert settings["encryptionsalt"] == "v1:salt", "without it the state cannot be opened"
    assert settings["config"]["fraud-data:transactions_time_to_live_days"] == 31
    assert settings["config"]["fraud-data:point_in_time_recovery"] is False
    assert "salt" not in tracked.read_text()

    described = yaml.safe_load((copy.parent / "Pulumi.yaml").read_text())
    assert described["name"] == "fraud-data"
    assert (copy.parent / described["main"] / "__main__.py").samefile(project / "stacks/data/__main__.py")
    assert Path(described["runtime"]["options"]["virtualenv"]).is_absolute()


def test_setting_for_good_is_refused_with_the_file_to_edit(pulumi: Pulumi) -> None:
    code, _, err = pulumi("-C", "stacks/data", "config", "set", "fraud-data:x", "1")
    assert code == 1
    assert "stacks/data/Pulumi.<environment>.yaml" in err
    assert "--config" in err
    assert pulumi("-C", "stacks/data", "config", "get", "fraud-data:x")[0] == 0


def test_state_of_an_ended_emulator_is_dropped(
    pulumi: Pulumi, run_directory: Path, emulator: Emulator
) -> None:
    pulumi("-C", "stacks/data", "stack", "ls")
    left = run_directory / "pulumi/backend/left.json"
    left.write_text("{}")
    assert "starting afresh" not in pulumi("stack", "ls")[2]
    assert left.exists()
    assert CliHome(run_directory).open(replace(emulator, instance_id="the next one"))
    assert not left.exists()


def test_without_an_emulator_it_says_make_local(pulumi: Pulumi, tmp_path: Path) -> None:
    pulumi.run_directory = tmp_path / "empty"
    code, _, err = pulumi("-C", "stacks/data", "up")
    assert code == 1
    assert "start one with `make local`" in err
    assert pulumi("version")[0] == 0, "what the CLI says of itself needs no emulator"


def test_without_a_cli_it_says_make_engine(pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, _, err = pulumi("-C", "stacks/data", "up")
    assert code == 1
    assert "make engine" in err


def test_interruption_arrives_once(run_directory: Path, tmp_path: Path) -> None:
    binary = stand_in(tmp_path / "bin", WAITS_FOR_AN_INTERRUPTION)
    starts = (
        "import sys; from pathlib import Path; from tools.local import cli; "
        "from tools.deploy import engine; "
        f"engine.INSTALLED = Path({str(binary)!r}); sys.exit(cli.main(sys.argv[1:]))"
    )
    words = ["pulumi", "--run-directory", str(run_directory), "--", "-C", "stacks/data", "up"]
    with subprocess.Popen(
        [sys.executable, "-c", starts, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "interrupted 1 time\n"
        assert process.wait(timeout=30) == 130, "whatever the CLI ends with: no next step may follow"


def test_environment_leads_every_client_to_the_emulator(
    run_directory: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["environment", "--run-directory", str(run_directory)]) == 0
    lines = capsys.readouterr().out
    asks = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    elsewhere = {
        "AWS_PROFILE": "no-such-profile",
        "AWS_SESSION_TOKEN": "of-another-account",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    done = subprocess.run(
        ["bash", "-c", f"{lines}\n{sys.executable} -c {json.dumps(asks)}"],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **elsewhere},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == emulator.account_id


def test_environment_without_an_emulator_says_make_local(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["environment", "--run-directory", str(tmp_path)]) == 1
    assert "make local" in capsys.readouterr().err
