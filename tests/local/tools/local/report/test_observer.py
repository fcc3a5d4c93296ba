"""The detector's log tells its decisions: read from lines that the detector itself writes."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from io import StringIO

from shared.runtime.decisions import RecordedDecision
from shared.runtime.events import StoredTransaction, SuspiciousTransaction
from shared.runtime.logs import Logger
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.ports import CountedPlace, Profiles
from stacks.compute.functions.detector.scoring import (
    NO_CONTROLS,
    AccountProfile,
    FirstUses,
    MerchantProfile,
    Place,
    Rules,
    Sample,
    Scorer,
    Transaction,
    View,
)
from tests.unit.functions.histories import limited
from tools.local.report.observer import read_decision


class Store:
    """A table of profiles without any."""

    def read(self, account_id: str, merchant_id: str, *, as_last_written: bool = True) -> Profiles:
        return Profiles(AccountProfile(), 0, MerchantProfile(), NO_CONTROLS)

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        return True

    def set_aside(self, account_id: str) -> None:
        raise AssertionError("no profile is damaged")


class Uncounted:
    """Counters of first uses that nobody has."""

    def read(self, places: Sequence[Place]) -> Sequence[CountedPlace]:
        return [CountedPlace(place, FirstUses(), 0) for place in places]

    def learn(self, counted: CountedPlace, transaction: Transaction) -> None:
        return


class Strangers:
    """A population of which nothing is known."""

    fault = None

    def view(self, rules: Rules) -> View:
        return Scorer(rules).unknown_population()

    def learn(self, sample: Sample, transaction_id: str) -> None:
        return


class Decisions:
    """A table of transactions of which none was decided yet."""

    def record(self, stored: StoredTransaction, decision: RecordedDecision) -> RecordedDecision:
        return decision


class Unpublished:
    """No rules but the package's."""

    def published(self) -> dict[str, dict[str, str]]:
        return {}


class Outbox:
    """A queue that forgets."""

    def send(self, suspicious: SuspiciousTransaction) -> None:
        return


def log_of(amount: str) -> list[str]:
    output = StringIO()
    log = Logger("detector", "DEBUG", stream=output)
    detection = Detection(
        Store(),
        Uncounted(),
        Strangers(),
        Decisions(),
        Outbox(),
        rules=ActiveRules(Unpublished(), limited(USD=4_000.0), log, "detector"),
        log=log,
        function_name="detector",
        pseudonym_secret="secret",
        time_to_live=timedelta(),
    )
    detection.decide(
        StoredTransaction(
            transaction_id="t-1",
            timestamp=1,
            account_id="a",
            merchant_id="m",
            amount=Decimal(amount),
            currency="USD",
        )
    )
    return output.getvalue().splitlines()


def test_a_suspicious_transaction_is_read_with_its_reasons() -> None:
    (decision,) = filter(None, map(read_decision, log_of("9500.00")))
    assert (decision.transaction_id, decision.suspicious, decision.reasons[0]) == (
        "t-1",
        True,
        "amount_limit",
    )
    assert decision.score > 0.5


def test_an_ordinary_transaction_is_read_as_decided() -> None:
    (decision,) = filter(None, map(read_decision, log_of("12.50")))
    assert (decision.transaction_id, decision.suspicious, decision.reasons) == ("t-1", False, ())


def test_other_lines_tell_no_decision() -> None:
    for line in (
        "START RequestId: 1",
        '{"message": "duplicate", "transaction_id": "t-1"}',
        "{}",
        "{half a line",
    ):
        assert read_decision(line) is None
