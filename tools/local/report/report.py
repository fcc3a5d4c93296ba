"""The report of a demo: the same figures on the screen and in ``build/demo.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.local.display import Display
from tools.local.report.accounting import Account
from tools.local.report.statistics import Percentiles
from tools.local.report.unfound import unfound
from tools.local.report.verdict_effect import VerdictEffect


@dataclass
class Report:
    """Everything that a run showed.

    Attributes:
        throughput_per_s: Transactions from the first POST until the last one was through, per second.
        resources: Resources that the four layers created.
        ready_s: From starting the emulator until the deployed API could take a transaction.
        unreadable_rows: The first rows of the file that made no transaction, by line.
        refused_rows: How many made none.
        hint: Where the frauds are, when none is among what was sent.
        verdict: What the verdict in the middle of the stream changed, where one was given.
        left_behind: What should be gone after the teardown but is not.
    """

    account: Account
    throughput_per_s: float
    resources: int
    ready_s: float
    unreadable_rows: Sequence[str] = ()
    refused_rows: int = 0
    hint: str = ""
    verdict: VerdictEffect | None = None
    left_behind: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What went wrong, in words; empty when nothing was lost and nothing is left."""
        return [*self.account.faults(), *self.left_behind]

    def as_json(self) -> dict[str, Any]:
        """Return the figures by their published keys."""
        account = self.account
        return {
            "sent": len(account.sent),
            "stored": len(account.evidence.stored),
            "suspicious": len(account.suspicious),
            "recorded": len(account.evidence.recorded),
            "mailed": len(account.mailed),
            "lost": len(account.losses.ids),
            "left_in_queues": account.left_in_queues,
            "rejected": len(account.rejected),
            "precision": account.quality.precision,
            "recall": account.quality.recall,
            "post_to_stored_ms": asdict(account.post_to_stored),
            "post_to_mail_ms": asdict(account.post_to_mail),
            "throughput_per_s": round(self.throughput_per_s, 1),
            "resources": self.resources,
            "ready_s": round(self.ready_s, 1),
            "mailed_in_summaries": len(account.summarised),
            "by_reason": account.by_reason,
            "by_scenario": {
                name: {"found": found, "of": of} for name, (found, of) in account.by_scenario.items()
            },
            "unfound": [asdict(each) for each in unfound(account)],
            "verdict": asdict(self.verdict) if self.verdict else None,
            "by_answer": {str(status): count for status, count in account.answers.items()},
            "unreadable_rows": list(self.unreadable_rows),
            "refused_rows": self.refused_rows,
            "faults": self.faults,
        }

    def write(self, path: Path) -> None:
        """Write the figures as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")


def show(report: Report, display: Display) -> None:
    """Print what a person wants to know, most important first."""
    figures = report.as_json()
    display.heading("Results of the transactions")
    display.table(
        ("sent", "rejected", "stored", "suspicious", "recorded", "mailed", "lost", "left in queues"),
        [
            [
                str(figures[key])
                for key in (
                    "sent",
                    "rejected",
                    "stored",
                    "suspicious",
                    "recorded",
                    "mailed",
                    "lost",
                    "left_in_queues",
                )
            ]
        ],
    )
    if figures["mailed_in_summaries"]:
        display.line(
            f"of the mailed, {figures['mailed_in_summaries']} in summaries of an account's further alerts"
        )
    _show_findings(figures, report.hint, display)
    _show_unfound(report, display)
    _show_verdict(report.verdict, display)
    _show_speed(report, display)
    _show_answers(report, display)


def _show_findings(figures: Mapping[str, Any], hint: str, display: Display) -> None:
    display.heading("Reasons for suspicion")
    if figures["by_reason"]:
        display.table(
            ("reason", "transactions"), [(name, str(count)) for name, count in figures["by_reason"].items()]
        )
    else:
        other = "" if hint else ": try more (LIMIT=N) or, of a file, other rows (OFFSET=N)"
        display.line(f"nothing was suspicious, so no mail was sent{other}")
    display.heading("Known frauds, by kind")
    if figures["by_scenario"]:
        display.table(
            ("kind", "found", "of"),
            [
                (name or "(no kind given)", str(each["found"]), str(each["of"]))
                for name, each in figures["by_scenario"].items()
            ],
        )
        display.line()
    else:
        display.line(hint or "no transaction is labelled as fraud")
    display.line(f"precision {_share(figures['precision'])} (share of flagged payments that are fraud)")
    display.line(f"recall    {_share(figures['recall'])} (share of frauds that were flagged)")


def _show_unfound(report: Report, display: Display) -> None:
    if kinds := unfound(report.account):
        display.heading("Frauds not found, and why")
        for each in kinds:
            display.line(each.sentence)


def _show_verdict(effect: VerdictEffect | None, display: Display) -> None:
    if effect is not None:
        display.heading("Effect of the verdict")
        for sentence in effect.sentences:
            display.line(sentence)


def _show_speed(report: Report, display: Display) -> None:
    display.heading("How fast")
    display.table(
        ("milliseconds", "p50", "p95", "p99"),
        [
            ("POST until stored and answered", *_row(report.account.post_to_stored)),
            ("POST until its own mail", *_row(report.account.post_to_mail)),
        ],
    )
    display.line()
    display.line(f"{report.throughput_per_s:.1f} transactions a second end to end")
    display.line(f"{report.resources} resources, ready {report.ready_s:.1f} s after the start")


def _show_answers(report: Report, display: Display) -> None:
    refused = [each for each in report.account.evidence.deliveries if each.outcome.rejected]
    if not refused and not report.unreadable_rows:
        return
    display.heading("Refused requests")
    for delivery in refused[:10]:
        answer = delivery.outcome.answer
        display.line(f"{delivery.transaction.origin}: {answer.status} {answer.text[:400]}")
    for row in report.unreadable_rows[:10]:
        display.line(f"not sent, {row}")
    more = max(0, len(refused) - 10) + max(0, report.refused_rows - 10)
    if more:
        display.line(f"and {more} more")


def _row(values: Percentiles) -> list[str]:
    return ["-" if value is None else f"{value:.1f}" for value in (values.p50, values.p95, values.p99)]


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"
