"""Reading the file: every row becomes a transaction or is named."""

from pathlib import Path

import pytest

from tests.unit.tools.analyst.backtest.streams import HEADER, rows, write
from tools.analyst.backtest.source import NAMED_BAD_ROWS, Source, SourceError

GOOD = "t1,1700000000000,a1,m1,12.50,EUR,0,"


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".csv.xz"])
def test_plain_and_compressed_files_read_alike(tmp_path: Path, suffix: str) -> None:
    source = Source(write(tmp_path / f"data{suffix}", rows()))
    read = list(source)
    assert (len(read), source.rows, source.bad_rows) == (480, 480, 0)
    assert source.position == source.size > 0
    assert read[0].transaction.currency == "EUR"
    assert sum(row.is_fraud is True for row in read) == 21


def test_a_missing_currency_is_usd_and_labels_are_optional(tmp_path: Path) -> None:
    header = "amount,transaction_id,timestamp,account_id,merchant_id,latitude,longitude,colour"
    source = Source(write(tmp_path / "d.csv", ["7,t1,1700000000000,a,m,52.5,13.4,red"], header))
    [row] = source
    assert (row.transaction.currency, row.transaction.amount, row.is_fraud) == ("USD", 7.0, None)
    assert (row.transaction.latitude, row.transaction.country) == (52.5, None)
    assert source.ignored_columns == ("colour",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.replace("t1,", ",", 1), "transaction_id is empty"),
        (GOOD.replace("t1,", "t 1,", 1), "transaction_id must be 1 to 64 characters"),
        (GOOD.replace("1700000000000", "yesterday"), "timestamp is 'yesterday', not a number"),
        (GOOD.replace("1700000000000", "17"), "timestamp must be a whole number of milliseconds"),
        (GOOD.replace("12.50", "-1"), "amount must be a number greater than 0"),
        (GOOD.replace("12.50", "nan"), "amount must be a number"),
        (GOOD.replace("EUR", "EURO"), "currency must be an ISO 4217"),
        (GOOD.replace(",0,", ",maybe,"), "is_fraud is 'maybe', not 0 or 1"),
        (GOOD + ",more", "9 values in 8 columns"),
        ("t1,1", "2 values in 8 columns"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str, reason: str) -> None:
    source = Source(write(tmp_path / "d.csv", [GOOD, line, GOOD]))
    assert len(list(source)) == 2
    assert source.bad_rows == 1
    assert source.bad_row_reasons[0].startswith(f"line 3: {reason}")


def test_one_coordinate_alone_is_a_bad_row(tmp_path: Path) -> None:
    header = "transaction_id,timestamp,account_id,merchant_id,amount,latitude,longitude"
    source = Source(write(tmp_path / "d.csv", ["t1,1700000000000,a,m,7,52.5,"], header))
    assert list(source) == []
    assert "together" in source.bad_row_reasons[0]


def test_many_bad_rows_are_counted_and_the_first_named(tmp_path: Path) -> None:
    source = Source(write(tmp_path / "d.csv", ["x"] * 100 + [GOOD]))
    assert len(list(source)) == 1
    assert (source.bad_rows, len(source.bad_row_reasons)) == (100, NAMED_BAD_ROWS)


def test_an_amount_of_nothing_is_replayed(tmp_path: Path) -> None:
    [row] = Source(write(tmp_path / "d.csv", [GOOD.replace("12.50", "0.0")]))
    assert row.transaction.amount == 0.0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.csv", None, "cannot read"),
        ("d.csv", b"amount,colour\n1,red\n", "has no column transaction_id, timestamp, account_id"),
        ("d.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("d.csv.gz", b"no gzip", "cannot read"),
        ("d.csv.xz", b"no xz", "not a whole .xz file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason):
        list(Source(tmp_path / name))


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "d.csv.xz", rows())
    whole.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(SourceError, match="not a whole"):
        list(Source(whole))
    assert HEADER
