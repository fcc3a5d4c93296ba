"""Each failure names the hop, the likely causes by what was seen, and commands that exist."""

import re

import pytest

from tests.support.harness import ROOT
from tests.unit.tools.operate.smoke.outputs import OUTPUTS
from tools.deploy.outputs import Outputs
from tools.deploy.target import Target
from tools.operate.smoke.cleaning import Cleaned
from tools.operate.smoke.diagnosis import advise
from tools.operate.smoke.hops import Evidence, Hop, HopFailedError, Measured, Passed
from tools.operate.smoke.report import Report
from tools.operate.smoke.synthetic import Run

TARGET = Target.of(Outputs("dev", OUTPUTS))
RUN = Run(1_798_761_600_000, 20, "0a1b2c")
IDLE = dict.fromkeys(TARGET.queues, 0)


def _failure(hop: Hop, **seen: object) -> HopFailedError:
    evidence = {"before": IDLE, "after": IDLE, "pipe": "RUNNING", "rule": "ENABLED", **seen}
    return HopFailedError(hop, RUN.extreme.transaction_id, "was not seen", Evidence(**evidence))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failure", "cause", "command"),
    [
        (_failure(Hop.ANSWERED), "the URL is unreachable", "make outputs-compute ENV=dev"),
        (_failure(Hop.ANSWERED, status=403), "the caller may not invoke", "aws sts get-caller-identity"),
        (_failure(Hop.ANSWERED, status=400), "accepted_age_hours", "--history-hours 1"),
        (_failure(Hop.ANSWERED, status=503), "ingest failed", "/aws/lambda/ingest-function-dev"),
        (_failure(Hop.STORED), "belongs to another environment", "make outputs ENV=dev"),
        (_failure(Hop.JUDGED, pipe="STOPPED"), "transactions-pipe-dev is STOPPED", "aws pipes start-pipe"),
        (
            _failure(Hop.JUDGED, rule="DISABLED"),
            "transaction-stored-rule-dev is DISABLED",
            "aws events enable-rule",
        ),
        (_failure(Hop.JUDGED), "detector-function-dev fails", "/aws/lambda/detector-function-dev"),
        (
            _failure(Hop.RECORDED, after={**IDLE, "suspicious-queue-dev": 1}),
            "a message is in suspicious-queue-dev",
            "list-event-source-mappings",
        ),
        (
            _failure(Hop.RECORDED),
            "the extreme transaction is not suspicious",
            "/aws/lambda/detector-function-dev",
        ),
        (_failure(Hop.MAILED), "fraud-alerts-topic-dev denies", "/aws/lambda/notifier-function-dev"),
        (_failure(Hop.QUEUES), "the transaction passed", "make outputs ENV=dev"),
    ],
)
def test_what_was_seen_decides_the_first_cause(failure: HopFailedError, cause: str, command: str) -> None:
    advice = advise(TARGET, failure)
    assert cause in advice.causes[0]
    assert any(command in each for each in advice.commands)


@pytest.mark.parametrize("queue", TARGET.dead_letter_queues)
def test_a_dead_letter_queue_that_has_grown_is_named_with_its_runbook(queue: str) -> None:
    quiet = advise(TARGET, _failure(Hop.QUEUES))
    loud = advise(TARGET, _failure(Hop.QUEUES, after={**IDLE, queue: 1}))
    (cause,) = set(loud.causes) - set(quiet.causes)
    assert cause.startswith(f"{queue} has grown")
    assert "something failed" not in cause, "each queue has a meaning of its own"
    (runbook,) = re.findall(r"docs/\S+\.md", cause)
    assert (ROOT / runbook).is_file()


def test_every_hop_has_advice_and_every_command_a_known_tool() -> None:
    for hop in Hop:
        advice = advise(TARGET, _failure(hop, status=500))
        assert advice.causes
        assert advice.commands
        assert all(command.startswith(("aws ", "make ")) for command in advice.commands)


def test_a_report_of_a_failure_says_where_why_and_what_next() -> None:
    report = Report("dev", RUN, passed=[Passed(Hop.ANSWERED, "taken", 12.3, Measured.CALLER)])
    report.failure = _failure(Hop.JUDGED, pipe="STOPPED")
    report.advice = advise(TARGET, report.failure)
    report.cleaned = Cleaned({"transactions": 1}, (), (), ())
    text = report.text()
    assert "FAILED at JUDGED with smoke-1798761600000-20h-0a1b2c-extreme" in text
    assert "  aws pipes start-pipe --name transactions-pipe-dev" in text
    assert "ARGS='--clean 1798761600000-20h-0a1b2c'" in text
    assert text.endswith("smoke test of dev: FAILED")
    assert report.to_json()["failure"]["hop"] == "judged"


@pytest.mark.parametrize(
    ("cleaned", "ok"),
    [
        (Cleaned({}, (RUN.extreme.transaction_id,), (RUN.extreme.transaction_id,), ()), True),
        (Cleaned({}, (RUN.history[0].transaction_id,), (), ()), False),
        (Cleaned({}, (), (), ("could not remove",)), False),
    ],
)
def test_an_alert_on_the_history_or_a_leftover_is_a_problem(cleaned: Cleaned, ok: bool) -> None:
    report = Report("dev", RUN, passed=[Passed(Hop.QUEUES, "all are empty")], cleaned=cleaned)
    assert report.ok is ok
    assert ("PROBLEM" in report.text()) is not ok
    assert ("the mail about" in report.text()) is ok
