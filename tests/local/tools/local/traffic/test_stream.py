"""What the options choose: generated transactions or a file's, ending now, at a rate that fits."""

import argparse
import time
from pathlib import Path

import pytest

from tools.local.traffic.generator import DEFAULT_COUNT
from tools.local.traffic.source import SourceError
from tools.local.traffic.stream import HIGHEST_DEFAULT_RATE, Stream, add_arguments, choose

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount\n"
START = 1_700_000_000_000


def chosen(*options: str) -> Stream:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return choose(parser.parse_args(options))


def test_without_options_it_is_the_generated_stream_of_the_last_months() -> None:
    before = int(time.time() * 1000)
    stream = chosen()
    assert len(stream.transactions) == DEFAULT_COUNT
    assert stream.transactions[-1].timestamp <= int(time.time() * 1000)
    assert stream.transactions[-1].timestamp > before - 2 * 86_400_000, "purchases end with yesterday"
    assert 0 < stream.rate <= HIGHEST_DEFAULT_RATE
    assert stream.dispute is not None


def test_a_files_last_transaction_happens_now(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(HEADER + f"a,{START},c,m,1\nbad\nb,{START + 60_000},c,m,1\n")
    before = int(time.time() * 1000)
    stream = chosen("--data", str(path))
    first, last = stream.transactions
    assert before <= last.timestamp <= int(time.time() * 1000)
    assert last.timestamp - first.timestamp == 60_000
    assert stream.unreadable_rows == ["line 3: 1 value in 5 columns"]
    assert stream.dispute is None, "nobody gives verdicts on a file's payments"
    assert stream.rate == 1.0


def test_limit_and_rate_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(HEADER + "".join(f"t{number},{START + number},c,m,1\n" for number in range(50)))
    stream = chosen("--data", str(path), "--limit", "20", "--rate", "7.5")
    assert (len(stream.transactions), stream.rate) == (20, 7.5)
    assert len(chosen("--data", str(path), "--limit", "0").transactions) == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--limit=-1"], "'-1' is not a whole number"),
        (["--limit", "abc"], "'abc' is not a whole number"),
        (["--offset", "1.5"], "'1.5' is not a whole number"),
        (["--rate", "0"], "'0' is not a number of transactions a second"),
        (["--rate", "nan"], "'nan' is not a number of transactions a second"),
        (["--rate", "inf"], "'inf' is not a number of transactions a second"),
        (["--rate", "fast"], "'fast' is not a number of transactions a second"),
    ],
)
def test_values_without_sense_are_refused(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        chosen(*options)
    assert message in capsys.readouterr().err


def labelled_file(tmp_path: Path, labels: str) -> str:
    path = tmp_path / "labelled.csv"
    rows = "".join(f"t{number},{START + number},c,m,1,{label}\n" for number, label in enumerate(labels))
    path.write_text(HEADER.strip() + ",is_fraud\n" + rows)
    return str(path)


def test_rows_can_be_skipped_and_keep_their_lines(tmp_path: Path) -> None:
    stream = chosen("--data", labelled_file(tmp_path, "00001"), "--offset", "3", "--limit", "1")
    assert [each.transaction_id for each in stream.transactions] == ["t3"]
    assert stream.transactions[0].origin == "line 5 of labelled.csv"
    assert stream.description == "1 transactions of labelled.csv after its first 3 rows"


def test_skipping_all_rows_or_generated_ones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no rows after its first 9"):
        chosen("--data", labelled_file(tmp_path, "01"), "--offset", "9")
    with pytest.raises(SourceError, match=r"DATA=file\.csv OFFSET=N"):
        chosen("--offset", "9")


def test_rows_without_fraud_come_with_the_offset_that_has_one(tmp_path: Path) -> None:
    file = labelled_file(tmp_path, "0" * 30 + "1" + "0" * 9)
    hint = chosen("--data", file, "--limit", "10").hint
    assert hint == "none of these rows is labelled as fraud; the next one is: OFFSET=25"
    there = chosen("--data", file, "--limit", "10", "--offset", hint.rpartition("=")[2])
    assert [each.transaction_id for each in there.transactions if each.is_fraud] == ["t30"]
    assert there.hint == ""


@pytest.mark.parametrize("options", [("--limit", "5", "--offset", "2"), ("--limit", "0", "--offset", "2")])
def test_a_file_without_further_fraud_says_so(tmp_path: Path, options: tuple[str, ...]) -> None:
    stream = chosen("--data", labelled_file(tmp_path, "1" + "0" * 9), *options)
    assert stream.hint == "none of these rows is labelled as fraud, nor is any later row of the file"


def test_a_file_without_labels_gets_no_hint(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(HEADER + f"a,{START},c,m,1\n")
    assert chosen("--data", str(path)).hint == ""


def test_a_file_without_a_transaction_is_refused_with_its_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(HEADER + "a,soon,c,m,1\n")
    with pytest.raises(SourceError, match=r"(?s)its only row is refused.*line 2: timestamp is 'soon'"):
        chosen("--data", str(path))
