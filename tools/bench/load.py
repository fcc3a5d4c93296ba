"""``python -m tools.bench.load ENV --rate R --seconds S``: load on an environment, and how it bore it.

Requests leave at their turn whether or not earlier ones were answered (an open loop), each once. A latency
counts from the turn, so that a request that had to wait for a connection is not made to look fast
("coordinated omission"). Transactions are of accounts of their own, and stay in the tables until they expire.
"""

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from shared.runtime.decisions import DECISION_ATTRIBUTE
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.project import ROOT
from tools.deploy.target import Target
from tools.local.report.statistics import percentiles
from tools.local.traffic.client import Identity
from tools.local.traffic.replay import Delivery, Replay
from tools.local.traffic.transactions import LabelledTransaction
from tools.terminal.ending import ended
from tools.terminal.numbers import within
from tools.terminal.parser import Parser

SECONDS_OF_A_REQUEST: Final = 0.5
"""So long may a request take before those behind it wait for a connection."""
FEWEST_CONNECTIONS, MOST_CONNECTIONS = 8, 256
ACCOUNTS: Final = 997
"""A prime: neighbours in time are of different accounts."""
SECONDS_OF_PATIENCE: Final = 300.0
SECONDS_BETWEEN_LOOKS: Final = 0.5
THROTTLED: Final = 429


def main(arguments: Sequence[str] | None = None) -> int:
    """Load, and tell what came of it; 1 where something failed or was not decided."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (OperatorError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    target, session = Target.of(outputs.Outputs.named(options)), get_session()
    credentials = session.get_credentials()
    if credentials is None:
        raise OperatorError("no AWS credentials: log in, or set AWS_PROFILE")
    keys = credentials.get_frozen_credentials()
    identity = Identity(keys.access_key or "", keys.secret_key or "", target.region, keys.token)
    count = math.ceil(options.rate * options.seconds)
    sent = list(transactions(count, time.time_ns() // 1_000_000, options.seconds))
    print(f"{count:,} transactions, {options.rate:g} a second, to {target.transactions_url}", flush=True)
    replay = Replay(
        target.transactions_url,
        identity,
        options.rate,
        lambda _: None,
        most_attempts=1,
        connections=connections(options.rate),
    )
    deliveries = replay.run(sent)
    dynamodb = session.create_client("dynamodb", region_name=target.region)
    behind = seconds_until_decided(dynamodb, target.transactions_table_name, deliveries)
    figures = {**result(deliveries, options.rate), "seconds_until_the_last_is_decided": behind}
    options.report.parent.mkdir(exist_ok=True)
    options.report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    return 1 if figures["failed"] or behind is None else 0


def connections(rate: float) -> int:
    """Return how many connections a rate needs (Little's law), within what one machine has."""
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, math.ceil(rate * SECONDS_OF_A_REQUEST)))


def transactions(count: int, now: int, seconds: float) -> Iterator[LabelledTransaction]:
    """Yield ordinary payments, stamped with their turns."""
    for number in range(count):
        yield LabelledTransaction(
            {
                "transaction_id": f"load-{now}-{number:07d}",
                "timestamp": now + int(number * seconds * 1000 / count),
                "account_id": f"load-{number % ACCOUNTS}",
                "merchant_id": f"load-{number % 101}",
                "amount": Decimal(10 + number % 40),
                "currency": "USD",
            }
        )


def result(deliveries: Sequence[Delivery], rate: float) -> dict[str, Any]:
    """Return the figures of a load."""
    statuses = Counter(each.outcome.answer.status for each in deliveries)
    accepted = [each for each in deliveries if each.outcome.accepted]
    latencies = [
        each.late_seconds * 1000 + each.outcome.answered_at - each.outcome.sent_at for each in accepted
    ]
    late = max((each.late_seconds for each in deliveries), default=0.0)
    return {
        "rate": rate,
        "sent": len(deliveries),
        "accepted": len(accepted),
        "throttled": statuses[THROTTLED],
        "failed": len(deliveries) - len(accepted) - statuses[THROTTLED],
        "by_status": {str(status): number for status, number in sorted(statuses.items())},
        "milliseconds_from_its_turn": asdict(percentiles(latencies)),
        "latest_start_seconds": round(late, 3),
    }


def seconds_until_decided(dynamodb: Any, table: str, deliveries: Sequence[Delivery]) -> float | None:
    """Wait for the decision about the last accepted transaction: so long was what stood before it.

    Returns:
        Seconds from now; 0.0 where none was accepted, None where none came in five minutes.
    """
    accepted = [each.transaction for each in deliveries if each.outcome.accepted]
    if not accepted:
        return 0.0
    last, began = accepted[-1], time.monotonic()
    key = {"transaction_id": {"S": last.transaction_id}, "timestamp": {"N": str(last.timestamp)}}
    while time.monotonic() - began < SECONDS_OF_PATIENCE:
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        if DECISION_ATTRIBUTE in item:
            return round(time.monotonic() - began, 1)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return None


_NUMBER = within("a number over 0, up to 100000", 0, 100_000, above=True)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m tools.bench.load", description=__doc__)
    outputs.add_arguments(parser)
    parser.add_argument("--rate", type=_NUMBER, required=True, help="transactions a second")
    parser.add_argument("--seconds", type=_NUMBER, required=True, help="duration")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "load.json", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(ended("load", main, on_interrupt="the transactions stay in the tables until they expire"))
