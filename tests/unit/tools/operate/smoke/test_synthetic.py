"""The synthetic transactions: recognisable, valid, and found again by the run's name alone."""

from decimal import Decimal

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.schema import transaction_schema
from tools.deploy.outputs import OperatorError
from tools.operate.smoke.synthetic import EXTREME_AMOUNT, HISTORY_LENGTH, Run, request_body

HOUR = 3_600_000
NOW = 1_798_761_600_000
VALID = fastjsonschema.compile(transaction_schema())
RUNS = st.builds(
    Run,
    st.integers(NOW, NOW + 1000 * HOUR),
    st.integers(1, 24),
    st.text("0123456789abcdef", min_size=6, max_size=6),
)


@given(RUNS)
def test_a_run_is_known_by_its_name(run: Run) -> None:
    again = Run.named(run.name)
    assert again == run
    assert again.transactions == run.transactions


@given(RUNS)
def test_all_is_marked_valid_and_within_the_hours(run: Run) -> None:
    assert len(run.history) == HISTORY_LENGTH
    for transaction in run.transactions:
        body = request_body(transaction)
        VALID(body)
        marked = (transaction.transaction_id, transaction.account_id, transaction.merchant_id)
        assert all(each.startswith("smoke-") for each in marked)
        assert Decimal(str(body["amount"])) == transaction.amount
    times = [transaction.timestamp for transaction in run.transactions]
    assert times == sorted(set(times))
    assert run.started_at - times[0] < run.history_hours * HOUR
    assert run.extreme.amount == EXTREME_AMOUNT > 1000 * max(each.amount for each in run.history)


def test_two_runs_share_nothing() -> None:
    first, second = Run.begin(), Run.begin()
    assert first.account_id != second.account_id
    assert not {each.alert_id for each in first.transactions} & {
        each.alert_id for each in second.transactions
    }


@pytest.mark.parametrize(
    "name", ["", "1798761600000", "1798761600000-0h-0a1b2c", "x-20h-0a1b2c", "../../etc"]
)
def test_what_names_no_run_is_refused(name: str) -> None:
    with pytest.raises(OperatorError, match="is not a run"):
        Run.named(name)
