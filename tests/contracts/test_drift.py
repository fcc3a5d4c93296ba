"""`make drift` compares what exists with the programs, changes nothing, and fails where they differ."""

from pathlib import Path

import pytest

from tests.support.make import Make


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return Make(tmp_path)


def test_it_looks_and_changes_nothing(make: Make) -> None:
    make.deployed("dev")

    ran = make.run("drift-data", "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    (compared,) = (call for call in ran.pulumi if call.startswith("-C ") and "stack export" not in call)
    assert compared.startswith("-C stacks/data preview --refresh --expect-no-changes")
    assert "--stack dev" in compared


def test_it_fails_where_anything_differs_and_needs_no_confirmation(make: Make) -> None:
    make.deployed("prod")

    ran = make.run("drift-data", "ENV=prod", failing=["--expect-no-changes"])

    assert ran.code != 0
    assert "CONFIRM" not in ran.err


def test_what_was_never_deployed_is_named_with_the_command(make: Make) -> None:
    ran = make.run("drift-data", "ENV=dev")

    assert ran.code != 0
    assert "make deploy-data ENV=dev" in ran.err


def test_the_embedded_engine_compares_too(make: Make) -> None:
    ran = make.run("drift-data", "ENV=local")

    assert ran.code == 0
    compared = "-m tools.local drift --environment=local --run-directory=build/local --layer data"
    assert ran.python == (compared,)
