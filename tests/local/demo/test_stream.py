"""What the options choose: generated transactions or a file's, ending now, at a rate that fits."""

import argparse
import time
from pathlib import Path

import pytest

from local.demo.generator import DEFAULT_COUNT
from local.demo.source import SourceError
from local.demo.stream import HIGHEST_DEFAULT_RATE, Stream, add_arguments, choose

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount\n"


def chosen(*options: str) -> Stream:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return choose(parser.parse_args(options))


def test_without_options_it_is_the_generated_stream_of_the_last_month() -> None:
    before = int(time.time() * 1000)
    stream = chosen()
    assert len(stream.transactions) == DEFAULT_COUNT
    assert stream.transactions[-1].timestamp <= int(time.time() * 1000)
    assert stream.transactions[-1].timestamp > before - 86_400_000
    assert 0 < stream.rate <= HIGHEST_DEFAULT_RATE


def test_a_files_last_transaction_happens_now(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(HEADER + "a,1000,c,m,1\nbad\nb,61000,c,m,1\n")
    before = int(time.time() * 1000)
    stream = chosen("--data", str(path))
    first, last = stream.transactions
    assert before <= last.timestamp <= int(time.time() * 1000)
    assert last.timestamp - first.timestamp == 60_000
    assert stream.unreadable_rows == ["line 3: fewer values than columns"]
    assert stream.rate == 1.0


def test_limit_and_rate_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(HEADER + "".join(f"t{number},{number},c,m,1\n" for number in range(50)))
    stream = chosen("--data", str(path), "--limit", "20", "--rate", "7.5")
    assert (len(stream.transactions), stream.rate) == (20, 7.5)
    assert len(chosen("--data", str(path), "--limit", "0").transactions) == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--limit", "-1"], "limit must be 0 or more"),
        (["--rate", "0"], "rate must be more than 0"),
        (["--rate", "nan"], "rate must be more than 0"),
    ],
)
def test_values_without_sense_are_refused(options: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chosen(*options)


def test_a_file_without_a_transaction_is_refused_with_its_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(HEADER + "a,soon,c,m,1\n")
    with pytest.raises(SourceError, match=r"(?s)holds no transaction.*line 2: timestamp is 'soon'"):
        chosen("--data", str(path))
