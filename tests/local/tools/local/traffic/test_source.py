"""Reading a file of transactions: its columns, its labels, its bad rows by line, its compression."""

import gzip
import json
import lzma
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local.traffic.source import read_transactions
from tools.local.traffic.transactions import LabelledTransaction, shifted_to_end_at

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
    header = f"{required},currency,country,latitude,longitude,card_present,ip_address"
    full_row = "t,1522540930000,a,m,5,EUR,IE,53.35,-6.26,TRUE,192.0.2.1"
    sparse_row = "u,1522540930001,a,m,5,,,,,,"
    source = read_transactions(written(tmp_path, header, full_row, sparse_row))
    full, sparse = (json.loads(each.body()) for each in source.transactions)
    assert full["latitude"] == 53.35
    assert full["card_present"] is True
    assert (full["currency"], full["ip_address"]) == ("EUR", "192.0.2.1")
    assert sparse.keys() == {"transaction_id", "timestamp", "account_id", "merchant_id", "amount", "currency"}
    assert [each.is_fraud for each in source.transactions] == [None, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("t1,1522540930009,c,m,1.00,0,0", "transaction_id is that of line 3 again"),
        ("t2,1522540930009,c,m,0.00,0,0", "amount is 0, which a history may hold and the API refuses"),
        ("t2,1522540930,c,m,1.00,0,0", "timestamp must be a whole number of milliseconds"),
    ],
)
def test_what_could_not_be_sent_or_told_apart_is_left_out(tmp_path: Path, row: str, reason: str) -> None:
    source = read_transactions(written(tmp_path, HEADER, *ROWS, row, "t9,1522540930010,c,m,2.00,0,0"))
    assert source.refused == 1
    assert str(source.bad_rows[0]).startswith(f"line 4: {reason}")
    assert [each.transaction_id for each in source.transactions] == ["t0", "t1", "t9"]


def test_the_limit_counts_rows(tmp_path: Path) -> None:
    source = read_transactions(written(tmp_path, HEADER, "bad", *ROWS), limit=2)
    assert (len(source.transactions), source.refused) == (1, 1)


@given(st.lists(st.integers(min_value=0, max_value=4_000_000_000_000), min_size=1), st.integers(0, 10**13))
def test_shifting_keeps_the_spacing_and_ends_at_the_given_time(times: list[int], end: int) -> None:
    stream = [LabelledTransaction({"transaction_id": f"t{n}", "timestamp": t}) for n, t in enumerate(times)]
    shifted = shifted_to_end_at(stream, end)
    ordered = sorted(times)
    assert shifted[-1].timestamp == end
    assert [each.timestamp - end for each in shifted] == [time - ordered[-1] for time in ordered]


def test_nothing_shifts_to_nothing() -> None:
    assert shifted_to_end_at([], 5) == []
