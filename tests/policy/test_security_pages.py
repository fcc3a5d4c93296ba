"""SECURITY.md and the threat model: their numbers are the programs', and what they name is there."""

import re
from pathlib import Path

import pytest

from shared.infra.queue import RETENTION_SECONDS
from stacks.compute.api_stage import DECISIONS_PER_SECOND, REQUESTS_PER_SECOND
from tests.support.harness import ROOT
from tools.audit.boundary_files import OF_AWS

PAGES = ("SECURITY.md", "docs/threat-model.md")
NUMBERS = {
    "SECURITY.md": (
        f"at most {REQUESTS_PER_SECOND} a second for transactions and {DECISIONS_PER_SECOND} for each way",
        f"included ({RETENTION_SECONDS // 86_400} days)",
    ),
    "docs/threat-model.md": (
        f"exactly {REQUESTS_PER_SECOND} requests a second",
        f"each way to decide has a limit of {DECISIONS_PER_SECOND}",
    ),
    "README.md": (f"{sum(len(actions) for _, actions in OF_AWS.values())} actions on `*`",),
}


def text_of(page: str) -> str:
    return " ".join((ROOT / page).read_text("utf-8").split())


@pytest.mark.parametrize("page", NUMBERS)
def test_a_number_is_the_one_in_the_programs(page: str) -> None:
    assert [claim for claim in NUMBERS[page] if claim not in text_of(page)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_test_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(
        r"`([\w./-]+(?:\.py|\.sha256|\.lock|\.yaml)|(?:tests|emulator|tools)/[\w/]+)`", text_of(page)
    )
    assert named
    for name in named:
        found = (ROOT / name).exists() or any(_files(name))
        assert found, f"{page} names {name}"


def _files(name: str) -> list[Path]:
    """A test that stands behind another of its folder is named without the folder."""
    return [] if "/" in name else [*(ROOT / "tests").rglob(name), *(ROOT / "emulator/tests").rglob(name)]
