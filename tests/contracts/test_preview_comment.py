"""The preview of a layer is one comment: written the first time, written anew from then on."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.workflows import workflows

GH = """#!/usr/bin/env bash
# Keeps comments as GitHub would; the list is asked for with a filter that only the real one understands.
set -euo pipefail
printf '%s\\n' "$*" >> "$COMMENTS_DIRECTORY/calls"
case "$*" in
  *--paginate*)
    [[ "$*" == *'startswith'*'<!-- preview of layer compute -->'* ]]
    cat "$COMMENTS_DIRECTORY/known" ;;
  *) cp comment.md "$COMMENTS_DIRECTORY/body" ;;
esac
"""


class Comment:
    """The step that writes the comment, run with a `gh` that only keeps what it is given."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "bin").mkdir()
        gh = directory / "bin" / "gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        (directory / "previews").mkdir()

    def write(self, *, known: str = "", **previews: str) -> tuple[list[str], str]:
        """The calls of `gh` and the comment's text."""
        for environment, text in previews.items():
            (self.directory / "previews" / f"{environment}.txt").write_text(text)
        (self.directory / "known").write_text(known)
        (step,) = (step for step in workflows()["preview"].jobs["comment"]["steps"] if "run" in step)
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.directory,
            env={
                "PATH": f"{self.directory / 'bin'}:/usr/bin:/bin",
                "COMMENTS_DIRECTORY": str(self.directory),
                "LAYER": "compute",
                "PULL_REQUEST": "repos/o/r/issues/7",
                "COMMENTS": "repos/o/r/issues/comments",
                "RUN": "https://example.com/run",
            },
            check=True,
        )
        return (self.directory / "calls").read_text().splitlines(), (self.directory / "body").read_text()


@pytest.fixture
def comment(tmp_path: Path) -> Comment:
    return Comment(tmp_path)


def test_the_first_preview_is_a_new_comment(comment: Comment) -> None:
    calls, body = comment.write(dev="+ 1 to create", prod="no changes")

    assert "--method POST repos/o/r/issues/7/comments" in calls[-1]
    assert body.startswith("<!-- preview of layer compute -->")
    assert body.index("+ 1 to create") < body.index("no changes")
    assert "https://example.com/run" in body


def test_a_later_preview_replaces_the_comment(comment: Comment) -> None:
    calls, body = comment.write(known="41\n42\n", dev="~ 2 to update")

    assert "--method PATCH repos/o/r/issues/comments/41 " in calls[-1]
    assert "~ 2 to update" in body


def test_a_long_preview_keeps_its_end_and_fits(comment: Comment) -> None:
    _, body = comment.write(dev="x" * 100_000 + "Resources: 3 changes", prod="y" * 100_000)

    assert "Resources: 3 changes" in body
    assert len(body) < 65_536


def test_a_preview_that_never_came_says_where_to_look(comment: Comment) -> None:
    _, body = comment.write()

    assert "<details>" not in body
    assert json.dumps("https://example.com/run")[1:-1] in body


@pytest.mark.parametrize("ticks", [0, 3, 4, 9])
def test_a_preview_cannot_break_out_of_its_fence(comment: Comment, ticks: int) -> None:
    """The text is a pull request's own: a link or an image in it must stay text."""
    text = f"+ create\n{'`' * ticks}\n</details>\n![x](https://example.com/x)\n"
    _, body = comment.write(dev=text)

    fences = [line for line in body.splitlines() if line and set(line) == {"`"}]
    assert len(fences) == (3 if ticks else 2)
    assert fences[0] == fences[-1]
    assert len(fences[0]) > max(ticks, 3)


def test_no_name_of_a_file_and_no_link_gets_into_the_comment(comment: Comment, tmp_path: Path) -> None:
    """The artifact is the work of the pull request's code, names and links in it as well as texts."""
    (tmp_path / "secret").write_text("the comment's own token")
    (tmp_path / "previews" / "dev.txt").symlink_to(tmp_path / "secret")
    (tmp_path / "previews" / "x<img src=y>.txt").write_text("not shown")
    _, body = comment.write(prod="+ 1 to create")

    assert "+ 1 to create" in body
    assert [word for word in ("token", "<img", "not shown") if word in body] == []


def test_escapes_of_a_terminal_stay_out(comment: Comment) -> None:
    _, body = comment.write(dev="\x1b[31mred\x1b[0m \x07\ttab")

    assert "[31mred[0m \ttab" in body
    assert "\x1b" not in body


def test_a_preview_hides_and_turns_nothing(comment: Comment) -> None:
    hidden = "\u202e\u2066\u200b\ufeff\u061c\u00ad\u034f\u3164\u115f\u2800\uffa0\ufe0f\U000e0041\u180e"
    _, body = comment.write(dev=f"a\x1b[2Jb{'x'.join(hidden)} é ü 東京")

    assert f"a[2Jb{'x' * (len(hidden) - 1)} é ü 東京" in body
