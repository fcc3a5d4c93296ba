"""Outputs are refused before anything is opened, and take their place as a whole."""

import os
import threading
from pathlib import Path

import pytest

from tools.files.errors import OutputError
from tools.files.outputs import check_files, make_folder, write, written


def test_an_output_is_never_an_input_by_whatever_name(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("x")
    (tmp_path / "link.csv").symlink_to(data)
    (tmp_path / "hard.csv").hardlink_to(data)
    for path in (data, tmp_path / "link.csv", tmp_path / "hard.csv", tmp_path / "." / "data.csv"):
        with pytest.raises(OutputError, match="SCORES and DATA are the same file"):
            check_files([("SCORES", path)], [("DATA", data)])


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="SCORES and the report are the same file"):
        check_files([("the report", tmp_path / "a"), ("SCORES", tmp_path / "b" / ".." / "a")], [])


def test_an_output_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"SCORES: folder .*missing does not exist"):
        check_files([("SCORES", tmp_path / "missing" / "s.csv")], [])
    with pytest.raises(OutputError, match="SCORES is a folder"):
        check_files([("SCORES", tmp_path)], [])
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"REPORT must be a folder, but .*file is a file"):
        make_folder("REPORT", tmp_path / "file" / "below")


def interrupted_after(path: Path, half: str) -> None:
    with written(path) as text:
        text.write(half)
        raise KeyboardInterrupt


def test_what_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        interrupted_after(path, "half")
    assert path.read_text() == "before"
    write(path, "whole")
    assert path.read_text() == "whole"
    assert [each.name for each in tmp_path.iterdir()] == ["s.csv"]


def test_a_link_stays_a_link_and_its_file_changes(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "s.csv", tmp_path / "link.csv"
    target.write_text("before")
    link.symlink_to(target)
    write(link, "after")
    assert link.is_symlink()
    assert target.read_text() == "after"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reading = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reading.start()
    write(pipe, "through")
    reading.join()
    assert got == ["through"]
    assert pipe.is_fifo()
