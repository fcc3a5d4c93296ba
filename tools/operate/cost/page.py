"""`docs/cost.md` and its plot: what the environments cost, what each setting adds, what a mistake costs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from tools.deploy.project import ROOT
from tools.operate.cost import model
from tools.operate.cost.bill import Bill
from tools.operate.cost.model import DAYS_IN_A_MONTH, DEFAULT_PER_SECOND, DEFAULT_SHARE
from tools.operate.cost.plot import Curve, plot
from tools.operate.cost.setting import METRICS_OF_A_METHOD
from tools.operate.cost.usage import ALERTS, PROFILES, TRANSACTIONS

VOLUMES = (0.0, 1e3, 1e6, 5e6, 20e6)
USUAL = 5e6
BYTES_OF_A_FAILURE = 4000
"""That an unhandled exception logs, its stack trace included."""
FILE, PLOT = ROOT / "docs" / "cost.md", ROOT / "docs" / "cost.svg"
SERVICES = 9
"""As many have a row of their own."""
LEAST_SHOWN = 0.01
_WHAT_COULD_FALL = """6.78 of it (3.42 in arrays) is the API, the bus, the pipe and three write units
(stored, learnt, decided). What could still fall:

- **the pipe, 0.40**: counted here is a request for each record. AWS bills requests of up to 64 KB and does
  not say whether a batch of records is one; if it is, a tenth or less.
- **X-Ray, 0.25**: Lambda begins a trace of 5 % of the detector's events, whatever rule there is,
  because a pipe hands on no trace header.
- **reads, 0.06 of 0.13**: the merchant's profile, which few merchants have.
- **Lambda, 0.40 of 0.5**: two invocations of each transaction; the rest waits for DynamoDB."""


def write_page(bill: Bill) -> None:
    """Write both files."""
    FILE.write_text(page(bill), encoding="utf-8")
    PLOT.write_text(picture(bill), encoding="utf-8")


def page(bill: Bill) -> str:
    """Return the page's text."""
    bill = bill.at(per_day=USUAL)
    alone, together = bill.marginal(batched=False), bill.marginal(batched=True)
    wait = 1000 * model.SECONDS_OF_A_CALL
    return f"""# What it costs

Written by `make cost-page ENV={bill.setting.environment}`. US dollars a month in us-east-1,
prices of {bill.prices.date} ([prices.json](../tools/operate/cost/prices.json) names AWS's page
for each). What AWS gives away each month is left out: it gives it once for each account.
`make cost ENV=prod PER_DAY=1000000 PEAK=50` gives the bill of any load and writes `build/cost.json`.

Quantities are measured: `make cost-usage` runs the pipeline on the embedded AWS, which meters each
call as AWS bills it, and writes [usage.json](../tools/operate/cost/usage.json); a test runs it again
and compares. Settings are read from the four programs themselves.

## By volume
Settings of {bill.setting.environment}; {bill.load.alerts:.1%} of the transactions suspicious.
"In arrays" means {MAXIMUM_BATCH} in a request.

{_table(["", *(_volume(each) for each in VOLUMES)], _by_volume(bill))}

![US dollars a month over transactions a day](cost.svg)

The next million transactions at {USUAL:,.0f} a day cost **{alone:.2f}** posted alone and
**{together:.2f}** in arrays, and {bill.kept_per_million:.2f} to keep them until they expire.

## Of a million more
At {USUAL:,.0f} a day, without what it costs to keep them.

{_table(["", "alone", "in arrays"], _of_a_million(bill))}

{_WHAT_COULD_FALL}

## Of a transaction
{_table(["", "alone", "in arrays", "suspicious"], _of_a_transaction(bill))}

Processor time is that of the measuring machine. A function is billed for that time at its share of
a processor (memory / {model.MEGABYTES_OF_A_PROCESSOR} MB), and for {wait:.0f} ms of each call of AWS.

## What each setting adds
A month at {USUAL:,.0f} transactions a day, posted alone.

{_table(["setting", "from", "to", "adds"], _settings(bill))}

## Memory against price
Of one invocation. More memory is a larger share of a processor: time falls as its price rises.

{_table(["function", "MB", "ms", "US dollars a million"], _memory(bill))}

## What a mistake costs
At {USUAL:,.0f} transactions a day.

{_table(["mistake", "US dollars"], _mistakes(bill))}

## What AWS does not document
At most, at {USUAL:,.0f} a day; not in the sums above. Compare the first day on AWS with these counts
(Cost Explorer, by usage type) before traffic is raised ([0009](adr/0009-key-of-the-bus.md)).

{_table(["", "requests a day", "US dollars a month"], _unsettled(bill))}
"""


def picture(bill: Bill) -> str:
    """Return the plot's text."""
    volumes = [10 ** (power / 4) for power in range(12, 30)]

    def points(*, batched: bool) -> list[tuple[float, float]]:
        return [(each, bill.at(per_day=each, batched=batched).total) for each in volumes]

    return plot(
        "US dollars a month over transactions a day",
        [
            Curve("posted alone", "#0969da", "", points(batched=False)),
            Curve("in arrays of 25", "#bc4c00", "7 4", points(batched=True)),
        ],
    )


def _by_volume(bill: Bill) -> Iterator[list[str]]:
    bills = [bill.at(per_day=each) for each in VOLUMES]
    sums = [each.summed(lambda charge: charge.service) for each in bills]
    greatest = list(bill.summed(lambda charge: charge.service))
    for service in greatest[:SERVICES]:
        yield [service, *(_usd(each.get(service, 0)) for each in sums)]
    rest = greatest[SERVICES:]
    yield ["all others", *(_usd(sum(each.get(service, 0) for service in rest)) for each in sums)]
    yield ["**total**", *(f"**{_usd(each.total)}**" for each in bills)]
    yield ["total in arrays", *(_usd(each.at(batched=True).total) for each in bills)]
    for layer in bill.summed(lambda charge: charge.line.layer):
        of_layer = [each.summed(lambda charge: charge.line.layer).get(layer, 0) for each in bills]
        yield [f"of it {layer}", *map(_usd, of_layer)]


def _of_a_million(bill: Bill) -> Iterator[list[str]]:
    alone, together = bill.marginal_by_service(batched=False), bill.marginal_by_service(batched=True)
    for service, usd in alone.items():
        if usd >= LEAST_SHOWN:
            yield [service, f"{usd:.2f}", f"{together[service]:.2f}"]


def _of_a_transaction(bill: Bill) -> Iterator[list[str]]:
    usage = bill.usage
    uses = (usage.single, usage.batched, usage.suspicious)
    yield ["requests to the API", *(f"{use.api_requests:.2f}" for use in uses)]
    for table in usage.single.write_units:
        yield [f"write units, {table}", *(f"{use.write_units[table]:.2f}" for use in uses)]
    yield ["read units", *(f"{sum(use.read_units.values()):.2f}" for use in uses)]
    yield ["events on the bus", *(f"{use.events:.2f}" for use in uses)]
    yield ["messages", *(f"{use.messages:.2f}" for use in uses)]
    yield ["mails", *(f"{use.mails:.2f}" for use in uses)]
    for stem in usage.single.functions:
        of_it = [use.functions[stem] for use in uses]
        yield [f"invocations of {stem}", *(f"{each.invocations:.2f}" for each in of_it)]
        yield [f"processor ms of {stem}", *(f"{each.cpu_milliseconds:.1f}" for each in of_it)]
        for level in ("INFO", "NOTICE"):
            yield [f"bytes logged by {stem} at {level}", *(f"{each.logged(level):.0f}" for each in of_it)]


def _settings(bill: Bill) -> Iterator[list[str]]:
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


def _memory(bill: Bill) -> Iterator[list[str]]:
    price = bill.prices.prices["lambda_gb_seconds"]
    for stem in (stems.INGEST, stems.DETECTOR):
        function = bill.usage.single.functions[stem]
        for memory in (128, 256, 512, 1024, 1769):
            seconds = model.billed_seconds(function.cpu_milliseconds, function.waits, memory)
            deployed = " (deployed)" if memory == bill.setting.memory_megabytes[stem] else ""
            dollars = price.of(seconds * memory / 1024 * 1e6)
            yield [f"{stem}{deployed}", str(memory), f"{1000 * seconds:.0f}", f"{dollars:.3f}"]


def _mistakes(bill: Bill) -> Iterator[list[str]]:
    day, hour = 1 / DAYS_IN_A_MONTH, 1 / DAYS_IN_A_MONTH / 24

    def more(changed: Bill, share_of_a_month: float) -> str:
        return _usd((changed.total - bill.total) * share_of_a_month)

    everything = replace(bill.load, alerts=1.0)
    detector = bill.usage.single.functions[stems.DETECTOR]
    failing = _failing_detector(bill)
    yield ["rules that call everything suspicious, for an hour", more(replace(bill, load=everything), hour)]
    yield ["the detector fails on everything for a day, all of it redriven once", _usd(failing * day)]
    yield ["all clients send everything three times, for a day", _usd(2 * _repeated(bill) * day)]
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


def _unsettled(bill: Bill) -> Iterator[list[str]]:
    price = {
        "key requests of the bus": "key_requests",
        "reads of the stream by the pipe": "stream_reads",
    }
    for name, usd in bill.unsettled().items():
        each = bill.prices.prices[price[name]].tiers[0][1]
        yield [name, f"{usd / each / DAYS_IN_A_MONTH:,.0f}", _usd(usd)]


def _volume(per_day: float) -> str:
    return f"{per_day:,.0f} a day" if per_day else "idle"


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def _table(header: Sequence[str], rows: Iterator[list[str]]) -> str:
    lines = [list(header), ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
