"""`docs/cost.md` and its plot: what the environments cost, what each setting adds, what a mistake costs."""

from collections.abc import Iterator, Sequence

from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from tools.deploy.project import ROOT
from tools.operate.cost import model
from tools.operate.cost.bill import Bill, in_dollars
from tools.operate.cost.model import DAYS_IN_A_MONTH
from tools.operate.cost.plot import Curve, plot
from tools.operate.cost.what_if import mistakes, settings

VOLUMES = (0.0, 1e3, 1e6, 5e6, 20e6)
USUAL = 5e6
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

{_table(["setting", "from", "to", "adds"], settings(bill))}

## Memory against price
Of one invocation. More memory is a larger share of a processor: time falls as its price rises.

{_table(["function", "MB", "ms", "US dollars a million"], _memory(bill))}

## What a mistake costs
At {USUAL:,.0f} transactions a day.

{_table(["mistake", "US dollars"], mistakes(bill))}

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
        yield [service, *(in_dollars(each.get(service, 0)) for each in sums)]
    rest = greatest[SERVICES:]
    yield ["all others", *(in_dollars(sum(each.get(service, 0) for service in rest)) for each in sums)]
    yield ["**total**", *(f"**{in_dollars(each.total)}**" for each in bills)]
    yield ["total in arrays", *(in_dollars(each.at(batched=True).total) for each in bills)]
    for layer in bill.summed(lambda charge: charge.line.layer):
        of_layer = [each.summed(lambda charge: charge.line.layer).get(layer, 0) for each in bills]
        yield [f"of it {layer}", *map(in_dollars, of_layer)]


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


def _memory(bill: Bill) -> Iterator[list[str]]:
    price = bill.prices.prices["lambda_gb_seconds"]
    for stem in (stems.INGEST, stems.DETECTOR):
        function = bill.usage.single.functions[stem]
        for memory in (128, 256, 512, 1024, 1769):
            seconds = model.billed_seconds(function.cpu_milliseconds, function.waits, memory)
            deployed = " (deployed)" if memory == bill.setting.memory_megabytes[stem] else ""
            dollars = price.of(seconds * memory / 1024 * 1e6)
            yield [f"{stem}{deployed}", str(memory), f"{1000 * seconds:.0f}", f"{dollars:.3f}"]


def _unsettled(bill: Bill) -> Iterator[list[str]]:
    price = {
        "key requests of the bus": "key_requests",
        "reads of the stream by the pipe": "stream_reads",
    }
    for name, usd in bill.unsettled().items():
        each = bill.prices.prices[price[name]].tiers[0][1]
        yield [name, f"{usd / each / DAYS_IN_A_MONTH:,.0f}", in_dollars(usd)]


def _volume(per_day: float) -> str:
    return f"{per_day:,.0f} a day" if per_day else "idle"


def _table(header: Sequence[str], rows: Iterator[list[str]]) -> str:
    lines = [list(header), ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
