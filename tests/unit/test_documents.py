"""The documents tell the truth where it can be looked up: links lead somewhere, commands exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {
    ".venv",
    ".git",
    "build",
    "node_modules",
    ".pytest_cache",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
}
LINK = re.compile(r"\]\(([^)\s]+)\)")
# In a code span or at the start of a line of code; prose such as "make sure" is no command.
COMMAND = re.compile(r"(?:`|^ *(?:\$ )?|, then: )make ([a-z][a-z|-]*)", re.MULTILINE)
WHOLE_COMMAND = re.compile(r"\bmake [^`\n#]*")
VARIABLE = re.compile(r"\b([A-Z][A-Z_]+)=")


def documents() -> list[Path]:
    return sorted(
        path for path in ROOT.rglob("*.md") if not NOT_OURS.intersection(path.relative_to(ROOT).parts)
    )


def broken_links(document: Path) -> list[str]:
    """Relative links of a document that lead to no file, or to no heading of one."""
    return [
        link for link in LINK.findall(document.read_text("utf-8")) if not _leads_somewhere(document, link)
    ]


def _leads_somewhere(document: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    name, _, heading = link.partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not heading or heading in set(_anchors(target)))


def _anchors(document: Path) -> Iterator[str]:
    for title in re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def targets() -> set[str]:
    """What can be made: the Makefile's targets, and the verbs with each layer."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    plain = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    verbs = re.search(r"^VERBS := (.*)$", makefile, re.MULTILINE)
    assert verbs is not None
    return plain | {f"{verb}-{layer}" for verb in verbs[1].split() for layer in LAYERS}


def unknown_targets(text: str) -> set[str]:
    named = {name for names in COMMAND.findall(text) for name in names.split("|")}
    return named - targets()


def unknown_variables(text: str) -> set[str]:
    table = (ROOT / "tools" / "terminal" / "words.mk").read_text("utf-8")
    rows = re.findall(r"^(?:takes-[a-z-]+|environment|PLACES) :=(.*)$", table, re.MULTILINE)
    known = {word for row in rows for word in row.split()}
    return {
        name
        for command in WHOLE_COMMAND.findall(text)
        for name in VARIABLE.findall(command)
        if name not in known
    }


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_what_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    assert broken_links(document) == []
    assert unknown_targets(text) == set()
    assert unknown_variables(text) == set()


def test_the_documents_are_found_and_name_commands() -> None:
    names = {str(path.relative_to(ROOT)) for path in documents()}
    assert {"README.md", "docs/architecture.md", *(f"stacks/{layer}/README.md" for layer in LAYERS)} <= names
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {"demo", "test", "help", "local", "deploy", "doctor"} <= set(COMMAND.findall(readme))


def test_every_command_of_the_help_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    described = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE))
    inner = {name for name in targets() if name.startswith("check-")}
    assert targets() - described - inner == {
        name for name in targets() if name.endswith(tuple(f"-{layer}" for layer in LAYERS))
    }


@pytest.mark.parametrize(
    "text", ["[gone](no-such-file.md)", "[gone](README.md#no-such-heading)", "[gone](#no-such-heading)"]
)
def test_a_link_to_nothing_is_found(tmp_path: Path, text: str) -> None:
    document = tmp_path / "README.md"
    document.write_text(f"# A heading\n[here](#a-heading) [web](https://example.com/#x) {text}\n")
    assert len(broken_links(document)) == 1


@pytest.mark.parametrize(
    "text", ["run `make depoly`", "    make depoly-data ENV=dev", "```\nmake tests\n```"]
)
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    assert len(unknown_targets(text)) == 1


def test_a_variable_that_nothing_reads_is_found() -> None:
    assert unknown_variables("`make demo DATA=x LIMITS=2`, `make deploy ENV=dev`") == {"LIMITS"}
