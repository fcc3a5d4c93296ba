"""The benchmark's figures beside their targets: as a table, as JSON, as a page of the documentation."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tools.bench.desk import ALERTS, LOOKS, Page
from tools.bench.engines import COMMANDS, ENGINES, Comparison
from tools.bench.functions import BARE, Start
from tools.bench.pipeline import Measured


@dataclass(frozen=True)
class Figure:
    """One measured value and the target that it should meet, if there is one."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def shown(self) -> str:
        """The value, with a decimal unless it is a count."""
        return str(self.value) if isinstance(self.value, int) else f"{self.value:.1f}"

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}"
        return f"≥ {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """Whether the value meets the target; None where there is no target."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.value >= self.at_least if self.at_least is not None else None

    @property
    def verdict(self) -> str:
        """``met``, ``MISSED`` or nothing."""
        return {True: "met", False: "MISSED", None: ""}[self.met]


def pipeline_figures(measured: Measured, scoring_microseconds: float) -> list[Figure]:
    """Return the figures of the pipeline in the order of its targets."""
    stored, mail = measured.post_to_stored, measured.post_to_mail
    return [
        Figure("ready to accept", measured.ready_s, "s", at_most=15),
        Figure("resources deployed", measured.resources, ""),
        Figure("POST to stored, p50, at 10/s", _known(stored.p50), "ms", at_most=25),
        Figure("POST to stored, p95, at 10/s", _known(stored.p95), "ms"),
        Figure("POST to mail, p50, at 10/s", _known(mail.p50), "ms"),
        Figure(f"POST to mail, p95, at 10/s ({measured.mails} mails)", _known(mail.p95), "ms", at_most=150),
        Figure("sustained end to end", measured.throughput_per_s, "transactions/s", at_least=80),
        Figure("processor time of the emulator, sustained", measured.emulator_cpu_ms, "ms/transaction"),
        Figure("processor time of the functions, sustained", measured.functions_cpu_ms, "ms/transaction"),
        Figure("lost", measured.lost, "transactions", at_most=0),
        Figure("emulator's memory", measured.emulator_mb, "MB", at_most=500),
        Figure("memory of all function workers", measured.functions_mb, "MB"),
        Figure("scoring", scoring_microseconds, "µs/transaction", at_most=50),
    ]


MOST_MILLISECONDS_OF_A_PAGE = 300


def desk_figures(pages: Sequence[Page]) -> list[Figure]:
    """Return the slowest look at each page of the desk, beside its target."""
    return [Figure(each.name, each.worst, "ms", at_most=MOST_MILLISECONDS_OF_A_PAGE) for each in pages]


def desk_rows(pages: Sequence[Page]) -> list[list[str]]:
    """Return the pages as rows of text."""
    return [
        [
            page.name,
            f"{page.p50:.0f}",
            f"{page.worst:.0f}",
            f"{page.processor:.0f}",
            each.target,
            each.verdict,
        ]
        for page, each in zip(pages, desk_figures(pages), strict=True)
    ]


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("a phase without transactions or mails measures nothing")
    return value


def function_rows(starts: Sequence[Start]) -> list[list[str]]:
    """Return each function's size and start, and the ratio of its start to the bare handler's."""
    bare = next(start for start in starts if start.name == BARE)
    return [
        [
            start.name,
            f"{start.zip_bytes / 1024:.1f}",
            f"{start.import_ms:.0f}",
            f"{start.init_ms:.0f}",
            f"{start.import_ms / bare.import_ms:.2f}",
            f"{start.init_ms / bare.init_ms:.2f}",
        ]
        for start in starts
    ]


def engine_rows(compared: Comparison) -> list[list[str]]:
    """Return each command with the seconds of either engine."""
    return [
        [
            command,
            *(
                f"{compared.seconds[engine][command]:.1f}" if engine in compared.seconds else "left out"
                for engine in ENGINES
            ),
        ]
        for command in COMMANDS
    ]


def left_out(compared: Comparison) -> list[str]:
    """Return a sentence for each engine that was not measured, with the reason."""
    return [f"ENGINE={name} is left out: {reason}" for name, reason in compared.left_out.items()]


ENGINE_HEADER = ("command", "embedded engine s", "Pulumi CLI s")
FUNCTION_HEADER = ("function", "zip KB", "import ms", "init ms", "import / bare", "init / bare")
DESK_HEADER = ("page", "p50 ms", "slowest ms", "processor ms", "target", "verdict")
FIGURE_HEADER = ("figure", "measured", "unit", "target", "verdict")


def figure_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """Return the figures as rows of text."""
    return [[each.name, each.shown, each.unit, each.target, each.verdict] for each in figures]


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def as_json(
    figures: Sequence[Figure],
    pages: Sequence[Page],
    starts: Sequence[Start],
    compared: Comparison,
    load: float,
) -> dict[str, Any]:
    """Return everything for ``build/bench.json``; ``load`` is the machine's when the run began."""
    return {
        "machine": machine() | {"load_before": round(load, 1)},
        "figures": [{**asdict(each), "met": each.met} for each in figures],
        "desk": [asdict(page) for page in pages],
        "functions": [asdict(start) for start in starts],
        "engines": asdict(compared),
    }


def as_page(
    figures: Sequence[Figure],
    pages: Sequence[Page],
    starts: Sequence[Start],
    compared: Comparison,
    load: float,
) -> str:
    """Return the page ``docs/benchmark.md``; ``load`` is the machine's when the run began."""
    about = machine()
    return f"""# Benchmark

Measured by `make bench ARGS=--write` on {about["processors"]} processors with Python {about["python"]};
the load average was {load:.1f} when it began (0 is a calm machine). {_summary(figures, pages)}
Absolute times depend on the machine; compare ratios, or runs on the same machine.

## The pipeline on the embedded AWS

Latencies are those of a client: from sending the POST to reading its answer (the item is stored by then), or
to the arrival of the mail. The steady phase sends 10 transactions a second, one in five of them suspicious.
The sustained phase sends as fast as the API answers 16 connections, until the last transaction is decided
and the last alert mailed; summaries, which wait for the end of their window, are left out. What bounds it is
processor time: a thousand milliseconds a processor, over those of a transaction. Most are the emulator's,
half of them moto's handling of DynamoDB's requests; on AWS the API's limit bounds it.

{_table(FIGURE_HEADER, figure_rows(figures))}

## The desk

`make desk` over {ALERTS:,} alerts of a month on the embedded AWS, 7 of 10 decided: {LOOKS} looks at each
page, from the request to its whole answer. Processor is the desk's own time; the rest is waiting for the
embedded AWS, which looks through a whole index where DynamoDB reads a part of it.

{_table(DESK_HEADER, desk_rows(pages))}

## The functions

Import is that of the handler's module, init all of the initialisation that Lambda does; the interpreter's own
start is not counted. Medians, beside a handler that only imports boto3 and makes one client, in the same run;
ratios that differ by a tenth are noise.

{_table(FUNCTION_HEADER, function_rows(starts))}

## The two engines

Seconds of `make` with ENV=local, guards included, each engine on an embedded AWS of its own, one after the
other in the same run. Both drive the same provider; the CLI does so over gRPC.

{_table(ENGINE_HEADER, engine_rows(compared))}
{"".join(f"{chr(10)}{line}{chr(10)}" for line in left_out(compared))}"""


def _summary(figures: Sequence[Figure], pages: Sequence[Page]) -> str:
    judged = [each for each in (*figures, *desk_figures(pages)) if each.met is not None]
    met = sum(each.met is True for each in judged)
    return f"{met} of {len(judged)} targets met."


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
