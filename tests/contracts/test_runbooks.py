"""The runbooks name what exists: targets of the Makefile, alarms, queues, resources, files, each other."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS
from tests.support.harness import ROOT, estate

RUNBOOKS = ROOT / "docs" / "runbooks"
WORDS = ROOT / "tools" / "terminal" / "words.mk"
INDEX = RUNBOOKS / "README.md"
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path != INDEX)
SECTIONS = ["## When", "## Before you start", "## Steps", "## Go back"]
ENVIRONMENT = "dev"


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def code_of(page: Path) -> str:
    """What stands in backticks or is indented, as commands and their output are."""
    text = text_of(page)
    return "\n".join([*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^ {4,}.*$", text, re.MULTILINE)])


@cache
def makefile_targets() -> frozenset[str]:
    """What make itself knows; it is asked for its data base and runs nothing."""
    command = ["make", "--print-data-base", "--question", "--no-builtin-rules", "help"]
    # What `make test` was told is none of this one's words.
    own = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    database = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False).stdout
    return frozenset(re.findall(r"^([a-z][a-z-]*):", database, re.MULTILINE))


def makefile_variables() -> set[str]:
    rows = re.findall(
        r"^(?:takes-[a-z-]+|environment|PLACES) := (.*)$", WORDS.read_text("utf-8"), re.MULTILINE
    )
    return {word for row in rows for word in row.split() if word.isupper()}


def names_in_aws() -> set[str]:
    """Every name of the environment, logical and physical."""
    names = {resource.name for resource in estate(ENVIRONMENT).resources}
    given = {str(resource.inputs.get("name", "")) for resource in estate(ENVIRONMENT).resources}
    return names | {name.rpartition("/")[2] for name in given}


def stems(kind: str) -> set[str]:
    found = {resource.inputs["name"] for resource in estate(ENVIRONMENT).of_type(kind)}
    assert found
    return {name.removesuffix(f"-{ENVIRONMENT}") for name in found}


def first_cells(page: Path) -> set[str]:
    """The names in backticks in the first column of the page's tables."""
    rows = re.findall(r"^\| (`[^|]*`) \|", text_of(page), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("page", [*PAGES, INDEX], ids=lambda page: page.stem)
def test_every_make_command_names_a_target_and_its_settings(page: Path) -> None:
    commands = re.findall(r"\bmake ([a-z][a-z-]*)((?: [A-Z_]+=\S*)*)", code_of(page))
    assert commands
    assert {"deploy", "deploy-compute", "destroy-data"} <= makefile_targets()
    for target, settings in commands:
        assert target in makefile_targets(), f"{page.name}: make {target}"
        for name in re.findall(r"([A-Z_]+)=", settings):
            assert name in makefile_variables() | {"ARGS"}, f"{page.name}: make {target} {name}="


@pytest.mark.parametrize("page", [*PAGES, INDEX], ids=lambda page: page.stem)
def test_every_link_file_and_resource_exists(page: Path) -> None:
    text = text_of(page)
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        assert link.startswith("https://") or (page.parent / link).is_file(), f"{page.name}: {link}"
    for name in set(re.findall(rf"(?<![\w./$-])[a-z]+(?:-[a-z]+)*-{ENVIRONMENT}\b(?!-)", text)):
        assert name in names_in_aws(), f"{page.name}: {name}"
    for layer in re.findall(r"-C stacks/([a-z]+)", text):
        assert layer in LAYERS, f"{page.name}: stacks/{layer}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_runbook_says_when_with_what_how_and_how_back(page: Path) -> None:
    assert re.findall(r"^## .*$", text_of(page), re.MULTILINE) == SECTIONS
    assert f"]({page.name})" in text_of(INDEX)


def test_every_alarm_has_its_line_and_every_line_its_alarm() -> None:
    assert first_cells(RUNBOOKS / "alarms.md") == stems("cloudwatch/metricAlarm:MetricAlarm")


def test_every_dead_letter_queue_has_its_way_back() -> None:
    queues = stems("sqs/queue:Queue") - {"suspicious-queue"}
    assert first_cells(RUNBOOKS / "dead-letter-queues.md") == queues


def test_a_wrong_name_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    page.write_text("Run `make deploi ENV=dev`.\n", "utf-8")
    with pytest.raises(AssertionError, match="make deploi"):
        test_every_make_command_names_a_target_and_its_settings(page)
    page.write_text("Look at `no-such-queue-dev`.\n", "utf-8")
    with pytest.raises(AssertionError, match="no-such-queue-dev"):
        test_every_link_file_and_resource_exists(page)
