"""Every check holds over everything that the four programs register, in every environment."""

import pytest

from tests.policy.checks import CHECKS, grammar, violations
from tests.support.harness import ENVIRONMENTS, estate


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_holds(name: str, environment: str) -> None:
    assert violations(name, estate(environment)) == []


def test_each_listed_false_finding_still_occurs() -> None:
    assert grammar.false_findings_that_occur(estate("dev")) == set(grammar.FALSE_FINDINGS)
