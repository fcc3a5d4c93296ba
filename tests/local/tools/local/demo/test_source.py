"""Reading a file of transactions: its columns, its labels, its bad rows by line, its compression."""

import gzip
import json
import lzma
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local.demo.source import SourceError, read_transactions
from tools.local.demo.transactions import LabelledTransaction, shifted_to_end_at

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount,is_fraud,scenario"
ROWS = ["t0,1522540831000,c596,m3156,57.16,0,0", "t1,1522540930000,c4961,m3412,81.50,1,3"]


def written(tmp_path: Path, *lines: str, name: str = "payments.csv") -> Path:
    path = tmp_path / name
    text = "\n".join(lines) + "\n"
    content = text.encode()
    packed = {".xz": lzma.compress(content), ".gz": gzip.compress(content)}
    path.write_bytes(packed.get(path.suffix, content))
    return path


@pytest.mark.parametrize("name", ["payments.csv", "payments.csv.xz", "payments.csv.gz"])
def test_rows_become_labelled_transactions(tmp_path: Path, name: str) -> None:
    source = read_transactions(written(tmp_path, HEADER, *ROWS, name=name))
    assert source.bad_rows == []
    first, second = source.transactions
    assert dict(second.fields) == {
        "transaction_id": "t1",
        "timestamp": 1522540930000,
        "account_id": "c4961",
        "merchant_id": "m3412",
        "amount": Decimal("81.50"),
        "currency": "USD",
    }
    assert (first.is_fraud, second.is_fraud, second.scenario) == (False, True, "3")
    assert second.origin == f"line 3 of {name}"
    assert b'"amount":81.50' in second.body()


def test_every_column_of_the_schema_gets_its_type(tmp_path: Path) -> None:
    required = "transaction_id,timestamp,account_id,merchant_id,amount"
    header = f"{required},currency,country,latitude,longitude,card_present"
    source = read_transactions(
        written(tmp_path, header, "t,1,a,m,5,EUR,IE,53.35,-6.26,True", "u,2,a,m,5,,,,,")
    )
    full, sparse = (json.loads(each.body()) for each in source.transactions)
    assert full["latitude"] == 53.35
    assert full["card_present"] is True
    assert full["currency"] == "EUR"
    assert sparse.keys() == {"transaction_id", "timestamp", "account_id", "merchant_id", "amount", "currency"}
    assert [each.is_fraud for each in source.transactions] == [None, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("t2,soon,c,m,1.00,0,0", "timestamp is 'soon', not a number"),
        ("t2,1.5,c,m,1.00,0,0", "timestamp is '1.5', not a whole number"),
        ("t2,1,c,m,NaN,0,0", "amount is 'NaN', not a finite number"),
        ("t2,1,c,m,1e999999,0,0", "amount has more than 30 digits"),
        ("t2,1,c,,1.00,0,0", "merchant_id is empty"),
        ("t2,1,c,m,1.00,perhaps,0", "is_fraud is 'perhaps', not 0 or 1"),
        ("t2,1,c", "fewer values than columns"),
        ("t2,1,c,m,1.00,0,0,9", "more values than columns"),
        ("t1,9,c,m,1.00,0,0", "transaction_id is that of line 3 again"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_left_out(tmp_path: Path, row: str, reason: str) -> None:
    source = read_transactions(written(tmp_path, HEADER, *ROWS, row, "t9,5,c,m,2.00,0,0"))
    assert [str(bad) for bad in source.bad_rows] == [f"line 4: {reason}"]
    assert [each.transaction_id for each in source.transactions] == ["t0", "t1", "t9"]


def test_what_can_be_sent_is_left_to_the_api_to_judge(tmp_path: Path) -> None:
    source = read_transactions(written(tmp_path, HEADER, "t 0,1,c,m,-5,0,0"))
    assert source.bad_rows == []
    assert json.loads(source.transactions[0].body())["amount"] == -5


def test_the_limit_counts_rows(tmp_path: Path) -> None:
    source = read_transactions(written(tmp_path, HEADER, "bad", *ROWS), limit=2)
    assert len(source.transactions) + len(source.bad_rows) == 2


def test_unknown_columns_are_named_and_not_sent(tmp_path: Path) -> None:
    source = read_transactions(written(tmp_path, HEADER + ",colour", ROWS[0] + ",red"))
    assert source.ignored_columns == ("colour",)
    assert b"red" not in source.transactions[0].body()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no column merchant_id, amount"):
        read_transactions(written(tmp_path, "transaction_id,timestamp,account_id", "t,1,c"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot read .*nowhere\.csv: No such file"):
        read_transactions(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["payments.csv.xz", "payments.csv.gz"])
def test_a_damaged_archive_is_named(tmp_path: Path, name: str) -> None:
    whole = written(tmp_path, HEADER, *ROWS, name=name)
    for damaged in (b"no archive at all", whole.read_bytes()[:40]):
        whole.write_bytes(damaged)
        with pytest.raises(SourceError, match=name):
            read_transactions(whole)


def test_text_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(HEADER.encode() + b"\nt\xe9,1,c,m,1,0,0\n")
    with pytest.raises(SourceError, match="not UTF-8"):
        read_transactions(path)


@given(st.lists(st.integers(min_value=0, max_value=4_000_000_000_000), min_size=1), st.integers(0, 10**13))
def test_shifting_keeps_the_spacing_and_ends_at_the_given_time(times: list[int], end: int) -> None:
    stream = [LabelledTransaction({"transaction_id": f"t{n}", "timestamp": t}) for n, t in enumerate(times)]
    shifted = shifted_to_end_at(stream, end)
    ordered = sorted(times)
    assert shifted[-1].timestamp == end
    assert [each.timestamp - end for each in shifted] == [time - ordered[-1] for time in ordered]


def test_nothing_shifts_to_nothing() -> None:
    assert shifted_to_end_at([], 5) == []
