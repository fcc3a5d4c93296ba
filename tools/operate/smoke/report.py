"""What a run found: one object, as text for people and as JSON for programs."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.operate.smoke.cleaning import Cleaned
from tools.operate.smoke.diagnosis import Advice
from tools.operate.smoke.hops import Hop, HopFailedError, Passed
from tools.operate.smoke.synthetic import CATEGORY, Run

_WIDTH = 100


@dataclass
class Report:
    """The result of one run; `interrupted` is one without a verdict.

    Attributes:
        environment: Its name.
        run: Which run.
        trace_id: Of the last POST.
        passed: The hops of the extreme transaction, in order.
        failure: The hop that failed, if one did.
        advice: What to do about it.
        queues: Messages in each queue before and after.
        cleaned: What was removed.
        interrupted: Whether the run was stopped.
    """

    environment: str
    run: Run
    trace_id: str = ""
    passed: list[Passed] = field(default_factory=list)
    failure: HopFailedError | None = None
    advice: Advice = field(default_factory=Advice)
    queues: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    cleaned: Cleaned | None = None
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether every hop was passed, nothing ordinary alerted, and nothing is left behind."""
        return bool(self.passed) and not (self.failure or self.interrupted or self._problems())

    @property
    def received_to_mailed(self) -> float | None:
        """Milliseconds from ingest to the mail, by stored times; None before both are there."""
        parts = [each.milliseconds for each in self.passed if each.hop in (Hop.RECORDED, Hop.MAILED)]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == 2 else None

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "environment": self.environment,
            "run": self.run.name,
            "ok": self.ok,
            "interrupted": self.interrupted,
            "account_id": self.run.account_id,
            "transaction_id": self.run.extreme.transaction_id,
            "alert_id": self.run.extreme.alert_id,
            "trace_id": self.trace_id,
            "hops": [
                {
                    "hop": each.hop.value,
                    "what": each.what,
                    "milliseconds": None if each.milliseconds is None else round(each.milliseconds, 1),
                    "measured_by": each.measured.value,
                }
                for each in self.passed
            ],
            "received_to_mailed_milliseconds": self.received_to_mailed,
            "queues": {
                name: {"before": before, "after": after} for name, (before, after) in self.queues.items()
            },
            "failure": self._failure_json(),
            "removed": dict(self.cleaned.removed) if self.cleaned else {},
            "problems": self._problems(),
            "cannot_be_undone": self._lasting(),
        }

    def text(self) -> str:
        """Return the report for people: one table, then what is wrong, then what was cleaned."""
        rows = [(each.hop.value, each.what, _milliseconds(each), each.measured.value) for each in self.passed]
        sections = []
        if rows:
            sections.append(_table(rows))
        if self.received_to_mailed is not None:
            sections.append(
                f"from ingest to the mail {self.received_to_mailed:,.0f} ms; trace {self.trace_id}"
            )
        if self.failure is not None:
            sections.append(self._failure_text(self.failure))
        sections += [f"PROBLEM: {problem}" for problem in self._problems()]
        sections.append(self._cleaning_text())
        sections.append(f"smoke test of {self.environment}: {self._verdict()}")
        return "\n".join(sections)

    def _verdict(self) -> str:
        if self.interrupted:
            return "interrupted"
        return "ok" if self.ok else "FAILED"

    def _problems(self) -> list[str]:
        if self.cleaned is None:
            return []
        ordinary = [each for each in self.cleaned.alerted if each != self.run.extreme.transaction_id]
        return [
            *self.cleaned.problems,
            *(
                f"an ordinary transaction of the history is suspicious under the rules: {each}"
                for each in ordinary
            ),
        ]

    def _lasting(self) -> list[str]:
        mailed = self.cleaned.mailed if self.cleaned else ()
        lasting = [f"the mail about {each} (category '{CATEGORY}')" for each in mailed]
        lasting.append(
            "log lines, traces, metrics, its share of the population statistics, messages in the queues"
        )
        return lasting

    def _failure_json(self) -> dict[str, Any] | None:
        if self.failure is None:
            return None
        return {
            "hop": self.failure.hop.value,
            "transaction_id": self.failure.transaction_id,
            "what": self.failure.what,
            "likely_causes": self.advice.causes,
            "commands": self.advice.commands,
        }

    def _failure_text(self, failure: HopFailedError) -> str:
        lines = [f"FAILED at {failure.hop.value.upper()} with {failure.transaction_id}", f"  {failure.what}"]
        lines.append("likely causes, most likely first:")
        for number, cause in enumerate(self.advice.causes, start=1):
            lines.append(
                textwrap.fill(cause, _WIDTH, initial_indent=f"{number:3}. ", subsequent_indent="     ")
            )
        lines.append("next commands:")
        lines += [f"  {command}" for command in self.advice.commands]
        return "\n".join(lines)

    def _cleaning_text(self) -> str:
        lines = [f"removed: {self.cleaned.text}"] if self.cleaned else []
        lines.append(f"cannot be undone: {'; '.join(self._lasting())}")
        if not self.ok:
            lines.append(
                "transactions in flight may still write items; when the cause is fixed: "
                f"make smoke ENV={self.environment} ARGS='--clean {self.run.name}'"
            )
        return "\n".join(lines)


def _milliseconds(passed: Passed) -> str:
    return "-" if passed.milliseconds is None else f"{passed.milliseconds:,.0f} ms"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head = ("hop", "what was seen", "latency", "measured by")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if name == "latency" else cell.ljust(width)
            for name, cell, width in zip(head, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
