"""The balance over the hops: every way of losing a transaction is seen, and nothing else counts as lost."""

from dataclasses import replace

import pytest

from shared.runtime.decisions import RecordedDecision
from tests.local.tools.local.builders import decision, delivery, mail, summary
from tools.local.report.accounting import Account, Evidence
from tools.local.report.statistics import Percentiles, Quality
from tools.reconciliation.standing import Fault, Standing


def whole() -> Evidence:
    """Four transactions: two fine, one suspicious and mailed, one rejected."""
    return Evidence(
        deliveries=[
            delivery("a", fraud=False),
            delivery("b", 503, 0, 200, fraud=False, took=30.0),
            delivery("c", fraud=True, scenario="card_testing", took=20.0),
            delivery("d", 400, fraud=True, scenario="card_testing"),
        ],
        stored=frozenset("abc"),
        decisions={"a": decision("a"), "b": decision("b"), "c": decision("c", "velocity", "amount_limit")},
        recorded=frozenset("c"),
        mails=[mail("c", 1150.0), mail("c", 1120.0, "second@example.com")],
    )


def test_a_run_in_which_everything_arrived_has_no_fault() -> None:
    account = Account(whole())
    assert account.faults() == []
    assert account.losses.ids == frozenset()
    assert (account.sent, account.accepted, account.rejected) == (
        frozenset("abcd"),
        frozenset("abc"),
        frozenset("d"),
    )
    assert account.suspicious == account.mailed == frozenset("c")
    assert account.by_reason == {"velocity": 1, "amount_limit": 1}
    assert account.by_scenario == {"card_testing": (1, 2)}
    assert account.quality == Quality(precision=1.0, recall=1.0)
    assert account.post_to_stored == Percentiles(20.0, 30.0, 30.0)
    assert account.post_to_mail == Percentiles(120.0, 120.0, 120.0)
    assert account.answers == {0: 1, 200: 1, 201: 2, 400: 1, 503: 1}


def test_the_tables_tell_of_decisions_that_the_log_lost() -> None:
    kept = RecordedDecision(suspicious=True, decided_at=1)
    standings = [Standing("a", 1, RecordedDecision(suspicious=False, decided_at=1)), Standing("b", 1, kept)]
    account = Account(replace(whole(), decisions={"c": decision("c", "velocity")}, standings=standings))
    assert account.losses.not_decided == frozenset()
    assert account.losses.not_mailed == frozenset("b"), "suspicious by the table, and nobody was told"


def test_what_reconciliation_finds_is_lost() -> None:
    standings = [Standing("a", 1, fault=Fault.UNDECIDED)]
    assert Account(replace(whole(), standings=standings)).faults() == [
        "1 lacking something by the tables, as make reconcile says: a"
    ]


@pytest.mark.parametrize(
    ("change", "lost", "fault"),
    [
        (
            {"deliveries": [*whole().deliveries, delivery("e", 503, 503)]},
            "e",
            "1 posted without a final answer: e",
        ),
        ({"stored": frozenset("ab")}, "c", "1 accepted but not in the table: c"),
        (
            {"decisions": {"b": decision("b"), "c": decision("c", "velocity")}},
            "a",
            "1 stored without a decision: a",
        ),
        ({"recorded": frozenset()}, "c", "1 suspicious without an alert record: c"),
        ({"mails": []}, "c", "1 suspicious without a mail: c"),
    ],
)
def test_a_loss_at_any_hop_is_counted_and_named(change: dict[str, object], lost: str, fault: str) -> None:
    account = Account(replace(whole(), **change))  # type: ignore[arg-type]
    assert account.losses.ids == frozenset(lost)
    assert account.faults() == [fault]


def test_one_transaction_missing_at_two_hops_is_lost_once() -> None:
    account = Account(replace(whole(), recorded=frozenset(), mails=[]))
    assert account.losses.ids == frozenset("c")
    assert len(account.faults()) == 2


def test_a_second_mail_to_the_same_person_is_a_fault() -> None:
    account = Account(replace(whole(), mails=[mail("c"), mail("c")]))
    assert account.faults() == ["1 mailed more than once: c"]


def test_an_alert_that_nobody_decided_is_a_fault() -> None:
    account = Account(replace(whole(), recorded=frozenset("ac")))
    assert account.faults() == ["1 recorded or mailed without a suspicious decision: a"]


def test_what_waits_in_a_queue_is_a_fault() -> None:
    account = Account(replace(whole(), queued={"suspicious-dlq-local": 2}))
    assert account.left_in_queues == 2
    assert account.faults() == ["2 messages left in suspicious-dlq-local"]


def test_without_labels_the_quality_is_unknown() -> None:
    account = Account(replace(whole(), deliveries=[delivery("a"), delivery("b"), delivery("c")]))
    assert account.quality == Quality(precision=None, recall=None)
    assert account.by_scenario == {}


def grouped(*listed: str, count: int, recipients: tuple[str, ...] = ("a@x",)) -> Account:
    """One alert with its own mail, and three that are recorded as grouped with it."""
    names = "cefg"
    return Account(
        Evidence(
            deliveries=[delivery(name) for name in names],
            stored=frozenset(names),
            decisions={name: decision(name, "velocity") for name in names},
            recorded=frozenset(names),
            grouped=frozenset("efg"),
            mails=[
                *(mail("c", recipient=each) for each in recipients),
                *(summary(*listed, count=count, recipient=each) for each in recipients),
            ],
        )
    )


def test_what_a_summary_lists_or_counts_is_mailed() -> None:
    for account in (grouped("e", "f", "g", count=3), grouped("e", count=3, recipients=("a@x", "b@x"))):
        assert account.faults() == []
        assert (account.mailed_alone, account.summarised) == (frozenset("c"), frozenset("efg"))
        assert account.post_to_mail == Percentiles(100.0, 100.0, 100.0), "of its own mail alone"


def test_a_summary_that_counts_too_few_tells_only_of_what_it_lists() -> None:
    assert grouped("e", count=2).faults() == ["2 suspicious without a mail: f, g"]


def test_an_alert_in_two_summaries_or_with_a_mail_of_its_own_too_is_a_fault() -> None:
    assert grouped("e", "f", "g", "c", count=3).faults() == ["1 mailed more than once: c"]
