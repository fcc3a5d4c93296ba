"""What a setting adds to the bill, and what a mistake costs: rows of `docs/cost.md`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.infra import stems
from tools.operate.cost import model
from tools.operate.cost.bill import Bill, in_dollars
from tools.operate.cost.model import DAYS_IN_A_MONTH, DEFAULT_PER_SECOND, DEFAULT_SHARE
from tools.operate.cost.setting import METRICS_OF_A_METHOD
from tools.operate.cost.usage import ALERTS, PROFILES, TRANSACTIONS

BYTES_OF_A_FAILURE = 4000
"""That an unhandled exception logs, its stack trace included."""


def settings(bill: Bill) -> Iterator[list[str]]:
    """Setting, from, to, and what that adds to a month."""
    setting = bill.setting

    def tables(*changed: str, **changes: Any) -> dict[str, Any]:
        return {
            "tables": {
                **setting.tables,
                **{stem: replace(setting.tables[stem], **changes) for stem in changed},
            }
        }

    def memory(megabytes: int) -> dict[str, Any]:
        changed = dict.fromkeys((stems.INGEST, stems.DETECTOR), megabytes)
        return {"memory_megabytes": {**setting.memory_megabytes, **changed}}

    transactions, others = TRANSACTIONS, (PROFILES, ALERTS)
    days = setting.tables[transactions].days
    aws_own = {"traced_share": DEFAULT_SHARE, "traced_per_second": DEFAULT_PER_SECOND}
    for name, before, lower, after, upper in (
        (
            "days that transactions are kept",
            "90",
            tables(transactions, days=90),
            "365",
            tables(transactions, days=365),
        ),
        (
            f"table class of transactions, kept {days} days",
            "Standard",
            tables(transactions, infrequent_access=False),
            "Standard-IA",
            tables(transactions, infrequent_access=True),
        ),
        (
            f"point-in-time recovery of transactions, kept {days} days",
            "off",
            tables(transactions, recovery=False),
            "on",
            tables(transactions, recovery=True),
        ),
        (
            "point-in-time recovery of profiles and alerts",
            "off",
            tables(*others, recovery=False),
            "on",
            tables(*others, recovery=True),
        ),
        ("zones of the two interface endpoints", "1", {"endpoint_zones": 2}, "2", {"endpoint_zones": 4}),
        ("requests that X-Ray records", "1/s", {"traced_share": 0.0}, "1/s and 5 %, AWS's own rule", aws_own),
        (
            "metrics of each method",
            "off",
            {"method_metrics": 0},
            "on",
            {"method_metrics": 2 * METRICS_OF_A_METHOD},
        ),
        (
            "log level of the functions",
            "NOTICE",
            {"log_levels": dict.fromkeys(setting.log_levels, "NOTICE")},
            "INFO",
            {"log_levels": dict.fromkeys(setting.log_levels, "INFO")},
        ),
        ("memory of ingest and detector", "128 MB", memory(128), "256 MB", memory(256)),
    ):
        yield [name, before, after, f"{bill.under(**upper).total - bill.under(**lower).total:+,.2f}"]


def mistakes(bill: Bill) -> Iterator[list[str]]:
    """What goes wrong for how long, and what that costs."""
    day, hour = 1 / DAYS_IN_A_MONTH, 1 / DAYS_IN_A_MONTH / 24

    def more(changed: Bill, share_of_a_month: float) -> str:
        return in_dollars((changed.total - bill.total) * share_of_a_month)

    everything = replace(bill.load, alerts=1.0)
    detector = bill.usage.single.functions[stems.DETECTOR]
    failing = _failing_detector(bill)
    yield ["rules that call everything suspicious, for an hour", more(replace(bill, load=everything), hour)]
    yield ["the detector fails on everything for a day, all of it redriven once", in_dollars(failing * day)]
    yield ["all clients send everything three times, for a day", in_dollars(2 * _repeated(bill) * day)]
    yield ["X-Ray records everything, for a month", more(bill.under(traced_share=1.0), 1)]
    talkative = replace(
        bill.usage.single,
        functions={
            **bill.usage.single.functions,
            stems.DETECTOR: replace(detector, log_bytes={"ERROR": 10_000.0}),
        },
    )
    louder = replace(bill, usage=replace(bill.usage, single=talkative))
    yield [
        "the detector logs 10 KB more for each transaction (a whole profile), for a week",
        more(louder, 7 * day),
    ]
    kept = {**bill.setting.tables}
    kept[TRANSACTIONS] = replace(kept[TRANSACTIONS], days=3 * 365)
    yield ["transactions never expire: the third year's month", more(bill.under(tables=kept), 1)]


def _repeated(bill: Bill) -> float:
    """A month of requests that ingest answers by 200: nothing behind the table happens."""
    return sum(
        charge.usd
        for charge in bill.charges()
        if charge.line.what in {"requests", "answers", stems.INGEST}
        or (charge.line.what == TRANSACTIONS and charge.line.price.endswith("write_units"))
    )


def _failing_detector(bill: Bill) -> float:
    """A month in which each event is tried three times, parked, and judged after a redrive."""
    detector = bill.usage.single.functions[stems.DETECTOR]
    prices, count = bill.prices.prices, bill.load.per_month
    memory = bill.setting.memory_megabytes[stems.DETECTOR]
    seconds = model.billed_seconds(detector.cpu_milliseconds, detector.waits, memory)
    tries = 3 * count
    return (
        prices["lambda_requests"].of(tries)
        + prices["lambda_gb_seconds"].of(tries * seconds * memory / 1024)
        + prices["log_gb"].of(tries * BYTES_OF_A_FAILURE / model.GIGABYTE)
        + prices["queue_requests"].of(count * 3)
        + prices["events"].of(count)
    )
