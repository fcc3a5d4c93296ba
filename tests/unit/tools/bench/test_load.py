"""Load: at its turn, once, counted from the turn; and how far behind the pipeline is then."""

from typing import Any

import pytest

from tests.local.tools.local.builders import delivery
from tools.bench import load
from tools.local.traffic.replay import Delivery


def late(each: Delivery, seconds: float) -> Delivery:
    return Delivery(each.transaction, each.outcome, seconds)


def test_figures_count_what_was_taken_throttled_and_failed() -> None:
    deliveries = [
        delivery("a", took=20.0),
        delivery("b", 429),
        delivery("c", 503),
        delivery("d", 200, took=40.0),
    ]
    figures = load.result(deliveries, 10)
    assert (figures["sent"], figures["accepted"], figures["throttled"], figures["failed"]) == (4, 2, 1, 1)
    assert figures["by_status"] == {"200": 1, "201": 1, "429": 1, "503": 1}
    assert figures["milliseconds_from_its_turn"]["p50"] == 20.0


def test_a_request_that_waited_for_a_connection_is_slow() -> None:
    figures = load.result([late(delivery("a", took=20.0), 1.5)], 10)
    assert figures["milliseconds_from_its_turn"]["p99"] == 1520.0
    assert figures["latest_start_seconds"] == 1.5


@pytest.mark.parametrize(("rate", "expected"), [(1, 8), (100, 50), (1000, 256)])
def test_connections_follow_the_rate(rate: float, expected: int) -> None:
    assert load.connections(rate) == expected


def test_transactions_are_ordinary_and_stamped_with_their_turns() -> None:
    made = list(load.transactions(100, 1_000_000, 10))
    assert len({each.transaction_id for each in made}) == 100
    assert made[50].timestamp - made[0].timestamp == 5000
    assert {str(each.fields["account_id"]).partition("-")[0] for each in made} == {"load"}


class Table:
    """Decides at the third look."""

    def __init__(self, decides_at: int) -> None:
        self.looks, self._decides_at = 0, decides_at

    def get_item(self, **_request: Any) -> dict[str, Any]:
        self.looks += 1
        return {"Item": {"decision": {}} if self.looks >= self._decides_at else {}}


def test_the_backlog_is_how_long_the_last_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SECONDS_BETWEEN_LOOKS", 0.0)
    table = Table(3)
    assert load.seconds_until_decided(table, "t", [delivery("a"), delivery("b")]) is not None
    assert table.looks == 3
    assert load.seconds_until_decided(table, "t", [delivery("a", 429)]) == 0.0
    monkeypatch.setattr(load, "SECONDS_OF_PATIENCE", 0.01)
    assert load.seconds_until_decided(Table(10**9), "t", [delivery("a")]) is None
