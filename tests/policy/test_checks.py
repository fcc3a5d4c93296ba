"""Every check holds over everything that the four programs register, in every environment."""

import pytest

from tests.policy.checks import CHECKS, encryption, grammar, violations
from tests.support.harness import ENVIRONMENTS, estate


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_holds(name: str, environment: str) -> None:
    assert violations(name, estate(environment)) == []


def test_a_type_that_takes_a_key_and_is_said_to_keep_no_data_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encryption, "KEY_FOR_NO_DATA", {})
    assert any(
        "transactions-pipe-dev" in each for each in violations("every_type_is_classified", estate("dev"))
    )


def test_each_listed_false_finding_still_occurs() -> None:
    assert grammar.false_findings_that_occur(estate("dev")) == set(grammar.FALSE_FINDINGS)
