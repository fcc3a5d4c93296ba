"""Alarms on what functions do, and do not do ring and are over, and the operators' mails say so."""

import pytest

from emulator.tests.roles import Role
from tests.local.alerting.drives import OF_DELIVERY, OF_FUNCTIONS
from tests.local.alerting.ringing import Ringing
from tests.support.harness import deploy_all, estate
from tools.audit.deployer_rights.canary import canary


def test_every_alarm_is_driven() -> None:
    deployed = {
        each.inputs["name"].removesuffix("-alarm-local")
        for each in estate("local").of_type("cloudwatch/metricAlarm:MetricAlarm")
    }
    drives = [*OF_FUNCTIONS.values(), *OF_DELIVERY.values()]
    assert {alarm for drive in drives for alarm in drive.alarms} == deployed


def canarys_role(world: Ringing) -> Role:
    """The role as `make deployers` makes it before anything is deployed."""
    policies = canary(deploy_all("local"), world.emulator.account_id).policies.values()
    return Role(world.emulator, *(each for document in policies for each in document["Statement"]))


def test_the_canarys_absence_rings_until_one_goes_through(world: Ringing) -> None:
    with world.settings("alerting", "fraud-alerting:canary_within_hours=1"):
        world.wait_for("ALARM", {"canary-absence"})
        world.command("tools.operate.smoke.canary", role=canarys_role(world))
        world.wait_for("OK", {"canary-absence"})
    assert any("Canary: " in mail.subject and "ms to the mail" in mail.subject for mail in world.mails)


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_an_alarm_rings_and_is_over(name: str, world: Ringing) -> None:
    OF_FUNCTIONS[name].ring(world)
