"""Every check reports what it is there for: one planted violation at the least, and the right words."""

import pytest

from tests.policy.checks import CHECKS, violations
from tests.policy.mutations import Planted
from tests.policy.planted import ALL
from tests.support.harness import estate


@pytest.mark.parametrize("planted", ALL, ids=str)
def test_is_reported(planted: Planted) -> None:
    spoilt = planted.spoil(estate("dev"))

    reported = violations(planted.check, spoilt)

    assert any(planted.mention in violation for violation in reported), reported


def test_every_check_has_a_planted_violation_and_every_plant_a_check() -> None:
    assert {planted.check for planted in ALL} == set(CHECKS)
