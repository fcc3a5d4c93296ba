"""Which alerts a page lists: its address can say anything, and every alert is on exactly one page."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.alerts import AlertStatus
from tests.unit.functions.builders import NOW
from tools.analyst.desk.filters import EVERY, ORDERS, ROWS, Filter, select
from tools.analyst.records.alert import Alert

WORDS = st.dictionaries(st.sampled_from(sorted(vars(Filter()))), st.text(max_size=12))


def alert(number: int, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "alert_id": f"id-{number}",
        "transaction_id": f"t-{number}",
        "timestamp": NOW - number,
        "received_at": NOW - number,
        "account_id": f"a-{number % 7}",
        "account": f"acct-{number % 7:016x}",
        "merchant_id": f"m-{number % 3}",
        "amount": Decimal(number * 37 % 101),
        "currency": "USD",
        "status": AlertStatus.OPEN,
        "score": Decimal(number * 13 % 100) / 100,
        "created_at": NOW - number + 1,
        **changes,
    }
    return Alert(**values)


def ids(alerts: list[Alert], words: Mapping[str, str]) -> list[str]:
    return [row.alert.alert_id for row in select(alerts, Filter.of(words), NOW).rows]


@given(WORDS)
def test_any_address_is_read_and_says_the_same_again(words: dict[str, str]) -> None:
    wanted = Filter.of(words)
    assert Filter.of(dict(parse_qsl(wanted.words()))) == wanted
    assert select([alert(1)], wanted, NOW).pages == 1


@given(st.integers(0, 3 * ROWS + 1), st.sampled_from(ORDERS), st.randoms(use_true_random=False))
def test_each_alert_is_on_exactly_one_page(count: int, order: str, chance: random.Random) -> None:
    alerts = [alert(number) for number in range(count)]
    chance.shuffle(alerts)
    pages = select(alerts, Filter(order=order), NOW).pages
    listed = [
        row.alert.alert_id
        for page in range(1, pages + 1)
        for row in select(alerts, Filter(order=order, page=page), NOW).rows
    ]
    assert sorted(listed) == sorted(each.alert_id for each in alerts)
    assert select(alerts, Filter(page=pages + 1), NOW).rows == []


def test_a_group_is_one_row_and_counts_the_rest() -> None:
    alerts = [alert(3), alert(2, grouped_with="id-3"), alert(1, grouped_with="id-3"), alert(0)]
    found = select(alerts, Filter(), NOW)
    assert [(row.alert.alert_id, row.folded) for row in found.rows] == [("id-0", 0), ("id-1", 2)]
    assert (found.total, found.alerts) == (2, 4)
    assert ids(alerts, {"group": "id-3"}) == ["id-1", "id-2", "id-3"]
    assert ids(alerts, {"folded": "no"}) == ["id-0", "id-1", "id-2", "id-3"]


def test_statuses_are_counted_whichever_is_shown_and_what_was_no_alert_is_not_listed() -> None:
    alerts = [
        alert(0),
        alert(1, status=AlertStatus.LEGITIMATE),
        alert(2, status=AlertStatus.CONFIRMED_FRAUD, created_at=0, score=None),
    ]
    found = select(alerts, Filter(), NOW)
    assert found.statuses == {"OPEN": 1, "LEGITIMATE": 1}
    assert ids(alerts, {"status": EVERY, "order": "score"}) == ["id-1", "id-0"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"account": "a-2"}, ["id-2", "id-9"]),
        ({"account": f"acct-{2:016x}"}, ["id-2", "id-9"]),
        ({"merchant": "m-1", "search": "T-1"}, ["id-1"]),
        ({"since": "1h", "search": "t-9"}, ["id-9"]),
        ({"order": "oldest", "search": "a-2"}, ["id-9", "id-2"]),
        ({"rules": "none"}, []),
    ],
)
def test_what_narrows_the_list(words: dict[str, str], found: list[str]) -> None:
    assert ids([alert(number) for number in range(10)], words) == found
