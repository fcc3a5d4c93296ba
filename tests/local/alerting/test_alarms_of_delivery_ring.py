"""Alarms on what is on its way, to a function or to people, ring and are over; the mails say so."""

import pytest

from tests.local.alerting.drives import OF_DELIVERY
from tests.local.alerting.ringing import Ringing


@pytest.mark.parametrize("name", OF_DELIVERY)
def test_an_alarm_rings_and_is_over(name: str, world: Ringing) -> None:
    OF_DELIVERY[name].ring(world)
