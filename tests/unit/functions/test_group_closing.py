"""A group is closed and summed up once, whatever is repeated or cut short."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import CLOSING_GRACE_MILLISECONDS
from stacks.alerting.functions.notifier.ports import NotifierError
from tests.unit.functions.grouping_desk import VISIBILITY_MILLISECONDS, WINDOW_SECONDS, Desk, alert, opened


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from opened(monkeypatch)


def test_a_group_takes_alerts_until_its_closing_is_handled(desk: Desk) -> None:
    """Seen once: 131 alerts of an account, 34 mails."""
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000
    for number in range(3, 40):
        assert desk.deliver(alert(f"t-{number}").to_json())
        desk.now += 100
    desk.close_what_is_due()
    assert desk.own_mails() == {"t-1": 1}
    [summary] = [text for _, text in desk.mails if "\nFurther alerts: " in text]
    assert "Further alerts: 38" in summary
    assert set(desk.statuses().values()) == {"SENT", "GROUPED"}


def test_a_group_whose_closing_failed_takes_alerts_until_it_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000

    def refuse(title: str, text: str) -> str:
        raise NotifierError("the mail was not published: Throttling")

    with monkeypatch.context() as patch:
        patch.setattr(desk, "publish", refuse)
        desk.close_what_is_due()
    assert desk.summaries() == []
    assert desk.deliver(alert("t-3").to_json())
    desk.now += VISIBILITY_MILLISECONDS
    assert desk.deliver(alert("t-4").to_json())
    desk.close_what_is_due()
    assert (desk.own_mails(), desk.summaries()) == ({"t-1": 1}, [["t-2", "t-3", "t-4"]])


def test_where_no_closing_comes_alerts_are_mailed_and_the_group_is_kept(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000 + CLOSING_GRACE_MILLISECONDS
    assert desk.deliver(alert("t-3").to_json())
    desk.close_what_is_due()
    assert desk.own_mails() == {"t-1": 1, "t-3": 1}
    assert desk.summaries() == [["t-2"]]


def test_a_summary_comes_once_however_often_its_closing_is_delivered(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    [(desk.now, message)] = desk.closings
    assert [desk.deliver(message) for _ in range(3)] == [True] * 3
    assert len(desk.summaries()) == 1


@pytest.mark.parametrize("calls", range(1, 4))
def test_a_closing_that_is_cut_short_is_done_by_its_next_delivery(desk: Desk, calls: int) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000
    desk.close_what_is_due(cut_after=calls)
    desk.now += VISIBILITY_MILLISECONDS
    desk.close_what_is_due()
    assert desk.closings == []
    # Cut between mail and mark, it is mailed again rather than never.
    assert desk.summaries() == [["t-2"]] * (2 if calls == 2 else 1)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 7),  # which alert
        st.sampled_from(["0.6", "0.8", "0.95"]),
        st.none() | st.integers(1, 6),  # calls until the power is cut
        st.sampled_from([0, 1_000, 200_000, VISIBILITY_MILLISECONDS, WINDOW_SECONDS * 1000]),
        st.none() | st.integers(1, 3),  # the same, for the closings that are due
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_no_alert_is_lost_whatever_is_repeated_or_cut_short(steps: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setattr("stacks.alerting.functions.notifier.grouping.pause", lambda _: None)
        desk = Desk()
        waiting: dict[str, str] = {}
        cuts = 0
        for number, score, cut, wait, closing_cut in steps:
            message = alert(f"t-{number}", score=score).to_json()
            if desk.deliver(message, calls=cut):
                waiting.pop(f"t-{number}", None)
            else:
                waiting[f"t-{number}"] = message
                cuts += 1
            desk.now += wait
            mails = len(desk.mails)
            desk.close_what_is_due(cut_after=closing_cut)
            cuts += len(desk.mails) - mails if closing_cut else 0
        for _ in range(4):
            desk.now += VISIBILITY_MILLISECONDS
            waiting = {name: each for name, each in waiting.items() if not desk.deliver(each)}
            desk.close_what_is_due()
        desk.now += WINDOW_SECONDS * 1000
        desk.close_what_is_due()
        assert not waiting
        assert not desk.closings
        names = {f"t-{step[0]}" for step in steps}
        told = desk.own_mails() + Counter(name for ids in desk.summaries() for name in set(ids))
        assert set(told) == set(desk.statuses()) == names, "each is recorded, and told of"
        assert set(desk.statuses().values()) <= {"SENT", "GROUPED"}
        grouped = {name for name, status in desk.statuses().items() if status == "GROUPED"}
        assert grouped <= {name for ids in desk.summaries() for name in ids}
        assert all(len(ids) == len(set(ids)) for ids in desk.summaries()), "counted once"
        if not cuts:
            assert set(told.values()) == {1}


@pytest.mark.parametrize("broken", [{"opened_by": 1}, {"account_id": None}, {"schema_version": 2}])
def test_a_closing_that_is_not_ours_is_reported(desk: Desk, broken: dict[str, Any]) -> None:
    message = json.loads(CloseRequest(account_id="a", opened_by="b", trace_header="").to_json())
    assert not desk.deliver(json.dumps({**message, **broken}))
