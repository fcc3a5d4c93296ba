"""`make history`: an environment's transactions, labelled by its own verdicts, for `make tune`.

`python -m tools.analyst.history ENV --outputs FILE --out history.csv.xz`. Confirmed fraud is 1, legitimate
is 0. A transaction without a verdict is 0 once it is as old as the label delay, because what was fraud is
told by then; younger ones have no label. The file holds personal data: only its owner may read it.
"""

import argparse
import csv
import lzma
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from shared.runtime.dynamodb import from_item
from shared.runtime.events import alert_id_of
from shared.runtime.schema import transaction_schema
from tools.analyst.days import delay
from tools.analyst.records.place import Records
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.files.errors import OutputError
from tools.files.outputs import check_files, written
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

_COLUMNS: Final = tuple(transaction_schema()["properties"])
_LABELS: Final[Mapping[str, int]] = {"confirmed_fraud": 1, "legitimate": 0}
_MILLISECONDS_PER_DAY: Final = 86_400_000
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 6})

Item = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where it could not be done."""
    options = _parser().parse_args(arguments)
    try:
        check_files([("OUT", options.out)], [])
        place = Records.of(outputs.Outputs.named(options))
        dynamodb = get_session().create_client("dynamodb", region_name=place.region, config=_CONFIG)
        now = time.time_ns() // 1_000_000
        rows = labelled(
            _items(dynamodb, place.transactions_table_name),
            _verdicts(dynamodb, place.alerts_table_name),
            told_until=now - int(options.label_delay_days * _MILLISECONDS_PER_DAY),
        )
        _write(options.out, rows)
    except (OperatorError, OutputError, OSError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    frauds = sum(row["is_fraud"] == 1 for row in rows)
    unlabelled = sum(row["is_fraud"] == "" for row in rows)
    print(f"{len(rows):,} transactions, {frauds:,} confirmed frauds, {unlabelled:,} too recent for a label")
    print(f"written to {options.out}: personal data; delete it after tuning")
    print(f"next: make tune DATA={options.out} LABEL_DELAY_DAYS={options.label_delay_days:g}")
    return 0


def labelled(
    transactions: Iterator[Item], verdicts: Mapping[str, str], *, told_until: int
) -> list[dict[str, Any]]:
    """Return the rows of the file, in order of time.

    Args:
        transactions: Items of the table, as plain values.
        verdicts: Verdict by the id of the alert about the transaction, whether it was an alert or not.
        told_until: Epoch milliseconds; of what is not younger, a fraud would have a verdict.
    """
    rows: list[dict[str, Any]] = []
    for item in transactions:
        verdict = verdicts.get(alert_id_of(str(item["transaction_id"]), int(item["timestamp"])))
        unjudged = 0 if item["timestamp"] <= told_until else ""
        label = unjudged if verdict is None else _LABELS[verdict]
        rows.append({**{name: _cell(item.get(name)) for name in _COLUMNS}, "is_fraud": label})
    rows.sort(key=lambda row: int(row["timestamp"]))
    return rows


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _items(dynamodb: Any, table: str) -> Iterator[Item]:
    """Yield every transaction: the table is read whole, as it has no other order."""
    size = dynamodb.describe_table(TableName=table)["Table"]
    print(f"reads {table}: about {size['ItemCount']:,} items, {size['TableSizeBytes']:,} bytes", flush=True)
    names = {f"#{place}": name for place, name in enumerate(_COLUMNS)}
    for page in dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression=", ".join(names), ExpressionAttributeNames=names
    ):
        yield from map(from_item, page["Items"])


def _verdicts(dynamodb: Any, table: str) -> dict[str, str]:
    found = {}
    for page in dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression="alert_id, verdict",
        FilterExpression="attribute_exists(verdict)",
    ):
        for item in map(from_item, page["Items"]):
            found[str(item["alert_id"])] = str(item["verdict"])
    return found


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a file that its owner alone may read, compressed as its name says."""
    with written(path, private=True, opened=_opened) as text:
        writer = csv.DictWriter(text, [*_COLUMNS, "is_fraud"])
        writer.writeheader()
        writer.writerows(rows)


def _opened(path: Path) -> IO[str]:
    if ".xz" in path.suffixes:
        return lzma.open(path, "wt", encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m tools.analyst.history", description=__doc__)
    outputs.add_arguments(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build", "history.csv.xz"),
        help="a .csv or .csv.xz file (%(default)s)",
    )
    parser.add_argument("--label-delay-days", type=delay, default=7.0, help="(%(default)g)")
    return parser


if __name__ == "__main__":
    sys.exit(ended("history", main, on_interrupt="nothing was written; run the same command again"))
