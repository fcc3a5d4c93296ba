"""Alarms on what functions do, and do not do ring and are over, and the operators' mails say so."""

import pytest

from tests.local.alerting.drives import OF_DELIVERY, OF_FUNCTIONS
from tests.local.alerting.ringing import Ringing
from tests.support.harness import estate


def test_every_alarm_is_driven() -> None:
    deployed = {
        each.inputs["name"].removesuffix("-alarm-local")
        for each in estate("local").of_type("cloudwatch/metricAlarm:MetricAlarm")
    }
    drives = [*OF_FUNCTIONS.values(), *OF_DELIVERY.values()]
    assert {alarm for drive in drives for alarm in drive.alarms} == deployed


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_an_alarm_rings_and_is_over(name: str, world: Ringing) -> None:
    OF_FUNCTIONS[name].ring(world)
