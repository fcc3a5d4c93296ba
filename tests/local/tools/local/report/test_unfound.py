"""Which frauds stayed unfound, and why: by kind, with the score that came nearest."""

from dataclasses import replace

from tests.local.tools.local.builders import decision, delivery
from tools.local.report.accounting import Account, Evidence
from tools.local.report.unfound import WHY, Unfound, unfound


def evidence() -> Evidence:
    """Of three that test a card one is found; one that is low and slow is not."""
    return Evidence(
        deliveries=[
            delivery("a", fraud=True, scenario="card_testing"),
            delivery("b", fraud=True, scenario="card_testing"),
            delivery("c", fraud=True, scenario="card_testing"),
            delivery("d", fraud=True, scenario="low_and_slow"),
            delivery("e", fraud=False, scenario="genuine"),
        ],
        decisions={
            "a": decision("a"),
            "b": replace(decision("b"), score=0.25),
            "c": decision("c", "hour_pace"),
        },
    )


def test_the_missed_are_counted_by_kind_with_the_highest_score_and_the_reason() -> None:
    assert unfound(Account(evidence())) == [
        Unfound("card_testing", 2, 3, 0.25, WHY["card_testing"]),
        Unfound("low_and_slow", 1, 1, None, WHY["low_and_slow"]),
    ]


def test_a_sentence_names_what_is_known() -> None:
    told, other = (each.sentence for each in unfound(Account(evidence())))
    assert told.startswith("card_testing: 2 of 3 not found (highest score 0.25): card-testing payments")
    assert other.startswith("low_and_slow: 1 of 1 not found: days apart")


def test_the_kinds_of_a_file_have_no_reason_of_ours() -> None:
    generated = delivery("a", fraud=True, scenario="card_testing")
    of_file = replace(generated, transaction=replace(generated.transaction, origin="line 2 of x.csv"))
    assert unfound(Account(Evidence(deliveries=[of_file], decisions={"a": decision("a")}))) == []
