"""Every line of a file becomes a row or is refused by its number, whatever stands in it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.tools.files.tables import HEADER, MINUTE, START, packed, read, reader, row, write
from tools.files.errors import SourceError
from tools.files.transactions import NAMED_REFUSALS

GOOD = [row(number) for number in range(40)]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.csv.xz", "T.CSV", "T.CSV.GZ", "T.csv.XZ"])
def test_plain_and_compressed_files_read_alike(tmp_path: Path, name: str) -> None:
    rows, file = read(write(tmp_path / name, GOOD))
    assert [each.line for each in rows] == list(range(2, 42))
    assert rows[9].transaction == ("p9", START + 9 * MINUTE, "a2", "m4", 12.75, "EUR")
    assert [each.line for each in rows if each.is_fraud] == [11, 41]
    assert file.position == file.size > 0


def test_many_blocks_read_as_one(tmp_path: Path) -> None:
    lines = [row(number) for number in range(9000)]
    lines[5000] = row(5000, amount="many")
    rows, file = read(write(tmp_path / "t.csv.gz", lines))
    assert [each.line for each in rows] == [line for line in range(2, 9002) if line != 5002]
    assert [str(each) for each in file.first_refused] == ["line 5002: amount is 'many', not a number"]


@pytest.mark.parametrize(
    ("changes", "place", "value"),
    [
        ({"timestamp": f" {START}"}, 1, START),
        ({"timestamp": f"{START}.0"}, 1, START),
        ({"amount": " 12.5 "}, 4, 12.5),
        ({"amount": "\u00a012.5"}, 4, 12.5),
        ({"amount": "+1.25E+1"}, 4, 12.5),
        ({"amount": ".5"}, 4, 0.5),
        ({"amount": '"12.5"'}, 4, 12.5),
        ({"amount": "0.00"}, 4, 0.0),
        ({"currency": ""}, 5, "USD"),
        ({"account_id": "\taa "}, 2, "aa"),
    ],
)
def test_what_spreadsheets_do_to_a_value_is_taken(
    tmp_path: Path, changes: dict[str, str], place: int, value: object
) -> None:
    [only], _ = read(write(tmp_path / "t.csv", [row(0, **changes)]))
    assert only.transaction[place] == value


@pytest.mark.parametrize(
    ("label", "is_fraud"),
    [
        *(("TRUE", True), ("True", True), (" true", True), ("1", True), ("1.0", True)),
        *(("FALSE", False), ("fAlse ", False), ("0", False), ("0.0", False), ("", None), (" ", None)),
    ],
)
def test_labels_of_programs_and_spreadsheets_are_taken(
    tmp_path: Path, label: str, is_fraud: bool | None
) -> None:
    [only], _ = read(write(tmp_path / "t.csv", [row(0, is_fraud=label)]))
    assert only.is_fraud is is_fraud


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timestamp": START // 1000}, "this is in seconds, so multiply it by 1000"),
        ({"timestamp": START * 1000}, "timestamp must be a whole number of milliseconds"),
        ({"timestamp": "1.72000E+12"}, "in which a spreadsheet has dropped digits"),
        ({"timestamp": f"{START}.5"}, "not a whole number"),
        ({"timestamp": "2024-07-03 09:46"}, "timestamp is '2024-07-03 09:46', not a number"),
        ({"timestamp": "1_720_000_000_000"}, "not a number"),
        ({"timestamp": "".join(chr(0x660 + int(digit)) for digit in str(START))}, "not a number"),
        ({"amount": "4_5.10"}, "amount is '4_5.10', not a number"),
        ({"amount": "\uff15.10"}, "not a number"),
        ({"amount": "nan"}, "not a number"),
        ({"amount": "0x1p3"}, "not a number"),
        ({"amount": "-3"}, "amount must be a number greater than 0"),
        ({"amount": "1e400"}, "amount has more than 38 digits"),
        ({"amount": "0.000001"}, "amount must be a number greater than 0"),
        ({"amount": "1." + "0" * 40}, "amount has more than 38 digits"),
        ({"amount": '"1,200.50"'}, "amount is '1,200.50', not a number"),
        ({"amount": ""}, "amount is empty"),
        ({"transaction_id": " "}, "transaction_id is empty"),
        ({"transaction_id": "p 1"}, "transaction_id must be 1 to 64 characters"),
        ({"transaction_id": "p1\u200b"}, "transaction_id must be"),
        ({"account_id": "a\x1b[2J"}, "account_id must be"),
        ({"currency": "eur"}, "currency must be an ISO 4217"),
        ({"is_fraud": "yes"}, "is_fraud is 'yes', not 0 or 1"),
        ({"scenario": "x" * 65}, "scenario must be at most 64 printable characters"),
        ({"scenario": "x,y"}, "9 values in 8 columns"),
        ({"merchant_id": "m\0"}, "holds a NUL character"),
        ({"merchant_id": 'm"'}, "a quotation mark is not closed on its line"),
        ({"merchant_id": '"m"x'}, "a quotation mark appears within a cell"),
        ({"merchant_id": "m\rn"}, "holds a carriage return"),
    ],
)
def test_what_is_no_value_is_refused_by_line_and_name(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    rows, file = read(write(tmp_path / "t.csv", [GOOD[0], row(1, **changes), GOOD[2]]))
    assert [each.line for each in rows] == [2, 4]
    [refused] = file.first_refused
    assert refused.line == 3
    assert reason in refused.reason
    assert refused.reason.isprintable()


def test_a_cell_that_spans_lines_joins_nothing(tmp_path: Path) -> None:
    lines = [
        GOOD[0],
        row(1, scenario='"first'),
        'second"',
        *GOOD[2:20],
        row(20, merchant_id='"m'),
        *GOOD[21:],
    ]
    rows, file = read(write(tmp_path / "t.csv", lines))
    assert (len(rows), file.lines) == (38, 41)
    assert [each.line for each in file.first_refused] == [3, 4, 23]


def test_bytes_that_are_no_utf8_cost_their_own_line(tmp_path: Path) -> None:
    content = write(tmp_path / "t.csv", GOOD).read_bytes().replace(b"p7,", b"p\xe9,")
    rows, file = read(packed(tmp_path / "latin.csv.xz", content))
    assert len(rows) == 39
    assert [str(each) for each in file.first_refused] == ["line 9: is not UTF-8 text"]


def test_a_mark_at_the_start_and_windows_line_ends_mean_nothing(tmp_path: Path) -> None:
    content = write(tmp_path / "t.csv", GOOD, end="\r\n").read_bytes()
    rows, _ = read(packed(tmp_path / "bom.csv", b"\xef\xbb\xbf" + content))
    assert [each.transaction for each in rows] == [each.transaction for each in read(tmp_path / "t.csv")[0]]
    assert len(rows) == 40


def test_padded_and_quoted_names_of_columns_are_taken(tmp_path: Path) -> None:
    header = [f" {name} " if number % 2 else f'"{name}"' for number, name in enumerate(HEADER)]
    assert len(read(write(tmp_path / "t.csv", GOOD, header))[0]) == 40


def test_empty_lines_are_counted_apart(tmp_path: Path) -> None:
    rows, file = read(write(tmp_path / "t.csv", [GOOD[0], "", GOOD[1], "", "", " "]))
    assert (len(rows), file.lines, file.empty_lines, file.refused) == (2, 3, 3, 1)
    assert rows[1].line == 4


def test_columns_that_are_no_field_are_named(tmp_path: Path) -> None:
    lines = [f"{line},red,,x" for line in GOOD]
    _, file = read(write(tmp_path / "t.csv", lines, (*HEADER, "colour", "", "co\x1bol")))
    assert file.ignored_columns == ("colour", "'co\\x1bol'")


def test_many_refusals_are_counted_and_the_first_named(tmp_path: Path) -> None:
    _, file = read(write(tmp_path / "t.csv", ["x"] * 300 + [GOOD[0]]))
    assert (file.refused, len(file.first_refused)) == (300, NAMED_REFUSALS)
    assert file.nothing_read == ""


def test_nothing_read_is_said_with_the_first_reasons(tmp_path: Path) -> None:
    _, empty = read(write(tmp_path / "empty.csv", []))
    assert empty.nothing_read.endswith("empty.csv holds no rows")
    _, bad = read(write(tmp_path / "bad.csv", ["x"] * 30))
    assert "all of its 30 rows are refused\n  lines 2 to 21: 1 value in 8 columns\n" in bad.nothing_read
    assert bad.nothing_read.endswith("and 10 more")
    _, mixed = read(write(tmp_path / "mixed.csv", ["x", "x", "x,y", "x"]))
    assert mixed.nothing_read.splitlines()[1:] == [
        "  lines 2 to 3: 1 value in 8 columns",
        "  line 4: 2 values in 8 columns",
        "  line 5: 1 value in 8 columns",
    ]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ((*HEADER, "amount"), "column amount appears twice"),
        ((*HEADER, " is_fraud"), "column is_fraud appears twice"),
        (HEADER[2:], "has no column transaction_id, timestamp: its first line must name the columns"),
        ((";".join(HEADER),), "the separator seems to be ';', not a comma"),
        (('"transaction_id', *HEADER[1:]), "line 1, the column names: a quotation mark"),
    ],
)
def test_a_table_that_is_none_is_refused_as_a_whole(
    tmp_path: Path, header: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(write(tmp_path / "t.csv", GOOD, header))


def test_lines_can_be_skipped_and_limited(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [row(number) for number in range(6000)])
    assert [each.line for each in reader(path, skip=3, limit=2)] == [5, 6]
    assert [each.line for each in reader(path, skip=5998)] == [6000, 6001]
    assert list(reader(path, skip=6000)) == []


def test_coordinates_come_together(tmp_path: Path) -> None:
    header = (*HEADER, "latitude", "longitude")
    lines = [f"{row(0)},52.5,13.4", f"{row(1)},,", f"{row(2)},52.5,", f"{row(3)},,13.4", f"{row(4)},91,1"]
    rows, file = read(write(tmp_path / "t.csv", lines, header))
    assert [each.line for each in rows] == [2, 3]
    assert [each.reason for each in file.first_refused] == [
        "latitude and longitude must be given together",
        "longitude and latitude must be given together",
        "latitude must be a number of degrees from -90 to 90",
    ]
    [_], alone = read(write(tmp_path / "u.csv", [f"{row(0)},", f"{row(1)},5"], header[:-1]))
    assert alone.refused == 1


CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["", " ", '"', '""', "\n", "\r\n", "\0", "1", "TRUE", "1e5", "EUR", str(START), "a\nb", ","]
    ),
)
ROWS = st.lists(
    st.one_of(
        st.integers(0, 999).map(row),
        st.lists(CELLS, min_size=1, max_size=9).map(",".join),
        st.tuples(st.integers(0, 999), st.sampled_from(HEADER), CELLS).map(
            lambda drawn: row(drawn[0], **{drawn[1]: drawn[2]})
        ),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(lines=ROWS, end=st.sampled_from(["\n", "\r\n"]), suffix=st.sampled_from([".csv", ".csv.GZ"]))
@example(lines=[row(0, merchant_id='"m'), *GOOD], end="\n", suffix=".csv")
def test_rows_read_and_refused_are_all_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"t{suffix}"
    content = end.join([",".join(HEADER), *lines, ""]).encode("utf-8", "surrogatepass")
    packed(path, content)
    standing = [line.removesuffix(b"\r") for line in content.split(b"\n")[1:-1]]
    file = reader(path)
    try:
        rows = list(file)
    except SourceError as error:
        assert "sort it by timestamp" in str(error)  # noqa: PT017 - else the counts are judged
        return
    assert len(rows) + file.refused == file.lines == sum(line != b"" for line in standing)
    assert file.empty_lines == sum(line == b"" for line in standing)


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(HEADER), CELLS), min_size=1, max_size=8))
def test_many_rows_are_read_as_each_of_them_alone(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, str, str]]
) -> None:
    """The quick way by columns takes what the careful one takes, and gives the same values."""
    folder = tmp_path_factory.mktemp("alike")
    text = io.StringIO()
    cells = [[*row(number).split(",")] for number, _, _ in drawn]
    for own, (_, name, cell) in zip(cells, drawn, strict=True):
        own[HEADER.index(name)] = cell
    csv.writer(text, lineterminator="\n").writerows(cells)
    alone = []
    for line in text.getvalue().split("\n")[:-1]:
        # A row that is surely bad makes the others go the careful way.
        alone += list(reader(write(folder / "one.csv", [line, "bad"])))
    together = reader(write(folder / "all.csv", text.getvalue().split("\n")[:-1]))
    try:
        rows = list(together)
    except SourceError:
        return
    if not together.order.late and not any("ahead" in each.reason for each in together.first_refused):
        assert [each[:3] for each in rows] == [each[:3] for each in alone]
