"""The figures of the pages of rules and quality: each can be counted by hand."""

from decimal import Decimal

import pytest

from shared.runtime.alerts import AlertStatus
from tests.unit.functions.builders import NOW
from tests.unit.tools.analyst.desk.test_filters import alert
from tools.analyst.desk.charts import Bar, Dot, columns, curve, dots, meter, spark
from tools.analyst.desk.views.quality import periods, shifts, took
from tools.analyst.desk.views.rules import choices_of, figures
from tools.analyst.desk.words import figure, seen, threshold
from tools.analyst.records.alert import Alert, Reason

DAY = 86_400_000
FRAUD, LEGITIMATE = AlertStatus.CONFIRMED_FRAUD, AlertStatus.LEGITIMATE


def reason(code: str) -> Reason:
    return Reason(code, "1", "", "", "", Decimal(0), Decimal(1))


def scored(number: int, score: str, status: AlertStatus) -> Alert:
    return alert(number, score=Decimal(score), status=status, received_at=NOW - number * DAY)


def test_a_higher_threshold_brings_fewer_alerts_and_says_which_frauds_it_loses() -> None:
    alerts = [
        scored(1, "0.9", FRAUD),
        scored(2, "0.8", LEGITIMATE),
        scored(3, "0.8", FRAUD),
        scored(10, "0.4", AlertStatus.OPEN),
    ]
    found = choices_of(alerts, NOW, 30)
    told = [(each.threshold, each.per_day, each.precision, each.frauds_lost) for each in found]
    two_thirds = pytest.approx(2 / 3)
    assert told == [(0.9, 0.1, 1.0, 1), (0.8, 0.3, two_thirds, 0), (0.4, 0.4, two_thirds, 0)]
    assert choices_of([], NOW, 30) == []
    # The threshold in force says exactly what it keeps, and stands for others that keep the same.
    for in_force, kept in ((0.85, 1), (0.8, 3), (0.5, 3), (0.3, 4)):
        choices = choices_of(alerts, NOW, 30, in_force)
        assert [round(each.per_day * 10) for each in choices] == [1, 3, 4]
        assert next(each.per_day for each in choices if each.threshold == in_force) == kept / 10
    assert choices_of(alerts, NOW, 30, 0.95) == found
    assert choices_of([scored(1, "0.5", AlertStatus.OPEN)], NOW, 30)[0].precision is None


def test_rules_are_counted_whether_a_file_names_them_or_not() -> None:
    quantities = {"pace": {"mode": "alert"}, "rest": {"mode": "shadow"}}
    document = {"schema": 3, "quantities": quantities, "base": -6.8}
    alerts = [
        alert(0, reasons=(reason("pace"), reason("gone")), status=FRAUD),
        alert(1, reasons=(reason("pace"),), status=LEGITIMATE),
        alert(2, reasons=(reason("pace"),)),
    ]
    found = {each.code: each for each in figures(alerts, document, NOW)}
    assert list(found) == ["pace", "gone", "rest"]
    assert (found["pace"].hits, found["pace"].share, found["pace"].precision) == (3, 1.0, 0.5)
    assert (found["gone"].mode, found["rest"].mode, found["rest"].precision) == ("", "shadow", None)
    assert "0, 0, 0, 3" in str(found["pace"].weeks)


def test_days_and_weeks_end_with_today_and_lose_nothing() -> None:
    alerts = [scored(day, "0.5", FRAUD if day % 2 else AlertStatus.OPEN) for day in range(14)]
    days, weeks = periods(alerts, NOW, 1, 14), periods(alerts, NOW, 7, 2)
    assert [each.alerts for each in days] == [1] * 14
    assert [each.alerts for each in weeks] == [7, 7]
    assert sum(each.frauds for each in weeks) == 7
    assert (days[0].precision, days[1].precision) == (None, 1.0)


def test_how_long_things_take() -> None:
    alerts = [alert(0, sent_at=NOW + 500, decided_at=NOW + 60_500), alert(0, sent_at=NOW + 700)]
    found = {each.what: each for each in took(alerts)}
    assert found["payment received to mail out"].median == 600
    assert (found["mail to verdict"].median, found["mail to verdict"].count) == (60_000, 1)
    assert took([]) == []


def test_a_shift_of_the_mix_is_seen_and_too_few_alerts_say_nothing() -> None:
    before = [alert(n, country="DE", received_at=NOW - 20 * DAY) for n in range(50)]
    same = [alert(n, country="DE", received_at=NOW) for n in range(50)]
    other = [alert(n, country="BR", received_at=NOW) for n in range(50)]
    countries = {each.what: each for each in shifts([*before, *other], NOW)}
    assert countries["country"].shifted
    assert countries["country"].now == [("BR", 1.0)]
    assert not {each.what: each for each in shifts([*before, *same], NOW)}["country"].shifted
    assert {each.what: each for each in shifts([*before, *same[:5]], NOW)}["country"].index is None


def test_pictures_are_drawn_of_anything_and_escape_names() -> None:
    hostile = "<script>"
    for drawn in (
        dots(hostile, [Dot(NOW, 0.0, "payment", hostile), Dot(NOW, 1e9, "this", hostile)], [(NOW, hostile)]),
        columns(hostile, [Bar(hostile, [("open", 0)]), Bar(hostile, [("open", 3)])]),
        curve(hostile, [(0.0, 0.5), (3.0, 0.2)], (3.0, 0.2)),
        spark(hostile, [0, 0, 2]),
    ):
        assert "<script>" not in str(drawn)
        assert "&lt;script&gt;" in str(drawn)
        assert "nan" not in str(drawn)
    assert dots("none", [], []) == curve("none", [], None) == ""
    assert 'width="0.5"' in str(meter(0, 0, "fraud"))
    assert columns("none", [])


def test_a_name_of_digits_is_no_number() -> None:
    category, merchant, denied = (
        Reason(code, "5651", "", "", "", Decimal(0), None)
        for code in ("new_category", "new_merchant", "denied")
    )
    assert [seen(each) for each in (category, merchant, denied)] == ["5651"] * 3
    assert seen(Reason("travel", "5651", "", "", "km/h", Decimal(0), None)) == "5,651"


def test_numbers_are_told_as_people_read_them_and_nothing_is_rounded_up_to_certainty() -> None:
    told = {"10085.3576": "10,085.36", "9900": "9,900", "7": "7", "0.0004": "0.0004", "0": "0", "03h": "03h"}
    assert {text: figure(text) for text in told} == told
    assert figure("1 payment in 32,000") == "1 payment in 32,000"
    assert [threshold(each) for each in (0.3, 0.999941, 0.1 + 0.2)] == ["0.3", "0.999941", "0.3"]
