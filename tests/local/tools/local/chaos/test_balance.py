"""What is wrong after a run with faults is said, and nothing else."""

from typing import Any

import pytest

from shared.runtime.decisions import RecordedDecision
from tests.local.tools.local.builders import decision, delivery, mail
from tools.local.chaos.balance import Balance, Decisions
from tools.local.report.accounting import Account, Evidence
from tools.reconciliation.standing import Standing

HARMLESS, SUSPICIOUS = (
    RecordedDecision(suspicious=False, decided_at=1),
    RecordedDecision(suspicious=True, decided_at=1),
)


def balance(
    *, decisions: Decisions | None = None, mails: tuple[str, ...] = ("b",), **changes: Any
) -> Balance:
    evidence = Evidence(
        deliveries=[delivery("a", fraud=False), delivery("b", fraud=True, scenario="x")],
        stored=frozenset("ab"),
        decisions={"a": decision("a"), "b": decision("b", "record_amount")},
        recorded=frozenset("b"),
        mails=[mail(each, 1.0 + number) for number, each in enumerate(mails)],
    )
    values = {
        "account": Account(evidence),
        "decisions": decisions or Decisions(),
        "left": {},
        "poison": 2,
        "poison_kept": 2,
        "redriven": 0,
        "unreconciled": (),
        "faults": {"call_refused": 3},
        "seed": 7,
        "seconds": 1.0,
        **changes,
    }
    return Balance(**values)


def test_a_whole_balance_has_nothing_wrong() -> None:
    figures = balance().as_json()
    assert figures == {
        "seed": 7,
        "sent": 2,
        "stored": 2,
        "decided": 2,
        "suspicious": 1,
        "recorded": 1,
        "told": 1,
        "lost": 0,
        "told_twice": 0,
        "decisions_changed": 0,
        "left_in_queues": 0,
        "redriven": 0,
        "poison": 2,
        "poison_kept": 2,
        "faults": {"call_refused": 3},
        "seconds": 1.0,
        "wrong": [],
    }


@pytest.mark.parametrize(
    ("changes", "figure", "value", "said"),
    [
        ({"mails": ()}, "lost", 1, "1 suspicious without a mail: b"),
        ({"mails": ("b", "b")}, "told_twice", 1, "1 mailed more than once: b"),
        ({"unreconciled": ("x",)}, "lost", 0, "make reconcile: x"),
        ({"left": {"detector-dlq": 3}}, "left_in_queues", 3, "3 messages left in detector-dlq"),
        (
            {"poison_kept": 1},
            "poison_kept",
            1,
            "2 unreadable messages were planted, 1 are kept",
        ),
    ],
)
def test_each_fault_is_counted_and_said(changes: dict[str, Any], figure: str, value: int, said: str) -> None:
    figures = balance(**changes).as_json()
    assert figures[figure] == value
    assert figures["wrong"] == [said]


def test_a_decision_may_come_and_may_not_change() -> None:
    decisions = Decisions()
    decisions.see([Standing("a", 1), Standing("b", 1, SUSPICIOUS)])
    decisions.see([Standing("a", 1, HARMLESS), Standing("b", 1, SUSPICIOUS)])
    assert balance(decisions=decisions).as_json()["decisions_changed"] == 0
    decisions.see([Standing("a", 1, SUSPICIOUS), Standing("b", 1)])
    changed = balance(decisions=decisions)
    assert changed.as_json()["decisions_changed"] == 2, "another one, and one that is gone"
    assert changed.wrong == ["2 decisions changed: a, b"]
