"""Damaged, cut, forged and endless files: one error each, and never more memory than a piece."""

import gzip
import lzma
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tools.files.tables import HEADER, packed, read, reader, row, write
from tools.files import content
from tools.files.errors import SourceError
from tools.files.lines import LONGEST

HEAD = ",".join(HEADER)
LINES = [row(number) for number in range(400)]


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.xz"])
def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path: Path, suffix: str) -> None:
    whole = write(tmp_path / f"t{suffix}", LINES).read_bytes()
    for length in range(1, len(whole), 97):
        (tmp_path / f"cut{suffix}").write_bytes(whole[:length])
        with pytest.raises(SourceError, match=f"cut.csv{suffix[4:]}"):
            read(tmp_path / f"cut{suffix}")


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 0.999), bit=st.integers(0, 7), suffix=st.sampled_from([".gz", ".xz"]))
def test_a_flipped_bit_never_is_a_stack_trace(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, suffix: str
) -> None:
    path = write(tmp_path_factory.mktemp("flipped") / f"t.csv{suffix}", LINES)
    damaged = bytearray(path.read_bytes())
    damaged[int(place * len(damaged))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        rows, _ = read(path)
    except SourceError as error:
        assert "\n" not in str(error)  # noqa: PT017 - a header's time or name may be changed unnoticed
    else:
        assert len(rows) == 400


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_files_joined_after_compressing_are_one_file(tmp_path: Path, suffix: str, pack: object) -> None:
    assert callable(pack)
    whole = write(tmp_path / "t.csv", LINES).read_bytes()
    joined = tmp_path / f"t.csv{suffix}"
    joined.write_bytes(pack(whole[:9000]) + pack(whole[9000:]))
    assert len(read(joined)[0]) == 400


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
def test_a_line_without_end_is_refused_before_it_is_in_memory(tmp_path: Path, suffix: str) -> None:
    endless = packed(tmp_path / f"t.csv{suffix}", b"x" * 50_000_000)
    other = packed(tmp_path / f"u.csv{suffix}", "\n".join([HEAD, *LINES, "y" * 50_000_000]).encode())
    tracemalloc.start()
    for path, line in ((endless, 1), (other, 402)):
        with pytest.raises(SourceError, match=f"line {line}: longer than {LONGEST:,} bytes"):
            list(reader(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16_000_000


def test_a_line_just_too_long_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 3: longer"):
        read(write(tmp_path / "t.csv", ["x", "y" * (LONGEST + 1), "z"]))
    assert read(write(tmp_path / "u.csv", ["x", "y" * LONGEST, "z"]))[1].refused == 3


def test_content_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LARGEST", 200_000)
    with pytest.raises(SourceError, match="split it into several files"):
        read(packed(tmp_path / "t.csv.xz", HEAD.encode() + b"\na" * 1_000_000))


@pytest.mark.parametrize(
    ("name", "start", "message"),
    [
        ("none.csv", None, "cannot read .*No such file"),
        ("empty.csv", b"", "is empty"),
        ("t.csv.gz", b"transaction_id,", "is not a complete .gz file"),
        ("t.csv.xz", b"transaction_id,", "is not a complete .xz file"),
        ("t.csv", gzip.compress(b"x", mtime=0), "is compressed, but has no matching extension"),
        ("t.csv", lzma.compress(b"x"), "is compressed, but has no matching extension"),
        ("t.csv", b"PK\x03\x04rest", "a spreadsheet's own format: save it as comma-separated text"),
        ("t.csv", "amount".encode("utf-16"), "is UTF-16 text"),
        ("t.csv", b"\xe9\xe8\n", "is not UTF-8 text"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, name: str, start: bytes | None, message: str
) -> None:
    if start is not None:
        (tmp_path / name).write_bytes(start)
    with pytest.raises(SourceError, match=message):
        read(tmp_path / name)


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Is a directory"):
        read(tmp_path)
    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(SourceError, match="is a pipe or a device"):
        read(tmp_path / "t.csv")
