"""What is used up first: Little's law, the API's limit, a new table, one account."""

from dataclasses import replace

import pytest

from shared.infra import stems
from tests.unit.tools.operate.cost.test_bill import SETTING, USAGE
from tools.operate.cost.model import billed_seconds
from tools.operate.size.__main__ import loads, shown
from tools.operate.size.limits import Limit, Load, limits


def of(name: str, load: Load, **setting: object) -> Limit:
    found = limits(replace(SETTING, **setting), USAGE, load)  # type: ignore[arg-type]
    (limit,) = (each for each in found if each.name == name)
    return limit


def test_executions_at_once_are_the_rate_times_the_duration() -> None:
    detector = USAGE.single.functions[stems.DETECTOR]
    memory = SETTING.memory_megabytes[stems.DETECTOR]
    seconds = billed_seconds(detector.cpu_milliseconds, detector.calls, memory)
    limit = of("detector, concurrency", Load(500))
    assert limit.needed == pytest.approx(500 * seconds)
    assert limit.available == SETTING.reserved_concurrency[stems.DETECTOR]


def test_the_notifier_runs_for_alerts_alone() -> None:
    few, many = (of("notifier, concurrency", Load(500, alerts=share)).needed for share in (0.001, 0.01))
    assert many == pytest.approx(10 * few)


def test_arrays_spare_the_api() -> None:
    alone, together = (of("API, requests", Load(1000, batched=batched)) for batched in (False, True))
    assert alone.share == pytest.approx(1.0)
    assert together.share == pytest.approx(1 / 25)


def test_a_new_table_takes_less_than_an_old_one() -> None:
    writes = USAGE.single.write_units["transactions"]
    limit = of("table transactions, when new", Load(4000 / writes, alerts=0))
    assert limit.share == pytest.approx(1.0)


def test_a_hot_account_is_a_limit_of_its_own() -> None:
    assert of("one account's profile", Load(1000, hottest_account=50)).share < 1
    assert of("one account's profile", Load(1000, hottest_account=200)).share > 1


def test_the_nearest_limit_comes_first_and_too_little_has_a_remedy() -> None:
    setting = replace(SETTING, reserved_concurrency={**SETTING.reserved_concurrency, stems.DETECTOR: 1})
    load = Load(300)
    found = limits(setting, USAGE, load)
    assert [each.share for each in found] == sorted((each.share for each in found), reverse=True)
    assert found[0].name == "detector, concurrency"
    lines = shown("a load", load, found)
    assert "TOO LITTLE" in lines[2]
    assert any("raise detector_reserved_concurrency" in line for line in lines)


def test_a_day_has_a_busiest_second() -> None:
    assert loads(5)["20,000,000 a day"].per_second == pytest.approx(1157, abs=1)
    assert loads(1)["1,000 a second"].per_second == 1000
