"""docs/transcript.md shows the project as it is: `make transcript` was run since a resource came or went."""

import re
from collections.abc import Mapping

import pytest

from shared.infra.layers import LAYERS
from tests.support.harness import ROOT
from tools.deploy.program_runner.recording import deploy_all
from tools.local.transcript.story import FIRST_TERMINAL, STORY

PAGE = (ROOT / "docs" / "transcript.md").read_text("utf-8")


def blocks() -> Mapping[str, str]:
    """What each command of the page printed, by its heading."""
    found = re.findall(r"^## (.+)\n(?:.*\n)*?```console\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
    assert found
    return dict(found)


def shown_type(token: str) -> str:
    """A type as the CLI prints it: `aws:sqs:Queue` for `aws:sqs/queue:Queue`."""
    package, module, name = token.split(":")
    return f"{package}:{module.partition('/')[0]}:{name}"


def test_every_command_of_the_story_stands_in_it() -> None:
    steps = (FIRST_TERMINAL, *STORY)
    assert list(blocks()) == [each.heading for each in steps]
    for each in steps:
        assert blocks()[each.heading].startswith(f"$ {each.command}\n")


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(("heading", "past"), [("Deploy", "created"), ("Destroy", "deleted")])
def test_every_resource_of_the_programs_comes_and_goes(layer: str, heading: str, past: str) -> None:
    part = blocks()[heading].partition(f"== {heading.lower()} {layer} (local)\n")[2].partition("\n== ")[0]
    ended = set(re.findall(rf"^ [+-]  (\S+) (\S+) {past}$", part, re.MULTILINE))
    registered = {
        (shown_type(each.type), each.name)
        for each in deploy_all("local").runs[layer].resources
        if each.custom and not each.type.startswith("pulumi:pulumi:")
    }
    assert registered
    assert registered <= ended, "run: make transcript"
    extra = {each for each in ended - registered if not each[0].startswith(("pulumi:", "fraud:"))}
    assert not extra, "run: make transcript"


def test_nothing_is_a_secret() -> None:
    assert "pseudonym_secret              : [secret]" in PAGE
    assert not re.search(r"AKIA[A-Z0-9]{16}", PAGE)
