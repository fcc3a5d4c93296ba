"""Every path is played once: each role uses what it is given, and is refused nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from emulator.process import EmulatorProcess
from tools.audit.privileges.__main__ import PAGE
from tools.audit.privileges.comparison import Comparison, compare
from tools.audit.privileges.grants import Grant
from tools.audit.privileges.page import page
from tools.audit.privileges.run import play
from tools.audit.privileges.uses import Use, uses

ROLES = {"ingest", "detector", "verdicts", "notifier", "pipe"}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    process = EmulatorProcess(tmp_path_factory.mktemp("privileges"), "--record-evaluations")
    yield process
    assert process.stop() == []


@pytest.fixture(scope="module")
def played(process: EmulatorProcess) -> Comparison:
    return play(process, lambda _: None)


@pytest.fixture(scope="module")
def seen(process: EmulatorProcess, played: Comparison) -> list[Use]:
    del played
    return list(uses(process.run_directory))


def granted(played: Comparison) -> list[Grant]:
    return [grant for grants in played.granted.values() for grant in grants]


def test_nothing_is_given_that_nobody_uses_and_nothing_is_refused(played: Comparison) -> None:
    assert {f"{role}-role-local" for role in ROLES} < set(played.roles)
    assert all(played.granted[role] for role in played.roles)
    assert {role: list(map(str, grants)) for role, grants in played.excess.items() if grants} == {}
    assert {role: list(map(str, lacks)) for role, lacks in played.missing.items() if lacks} == {}


def test_the_auditor_s_page_is_what_was_seen(played: Comparison) -> None:
    left_out = set(page(played).splitlines()) - set(PAGE.read_text("utf-8").splitlines())
    assert left_out == set(), "write it anew: make privileges"


def test_dropping_any_statement_is_missed(played: Comparison, seen: list[Use]) -> None:
    grants = granted(played)
    statements = {(grant.role, grant.statement) for grant in grants}
    assert len(statements) > 40
    for role, statement in sorted(statements):
        left = [each for each in grants if (each.role, each.statement) != (role, statement)]
        others = [each for each in left if each.role == role]
        # Of a role with one statement nothing would be left to compare.
        found = compare(left, seen) if others else None
        assert found is None or found.missing[role], f"{role} does not miss {statement}"


def test_a_statement_too_many_is_excess(played: Comparison, seen: list[Use]) -> None:
    grants = granted(played)
    for role in played.roles:
        more = Grant(
            role, "Planted", "dynamodb:DeleteTable", "arn:aws:dynamodb:us-east-1:123456789012:table/x"
        )
        assert compare([*grants, more], seen).excess[role] == (more,)
        wider = replace(more, action="dynamodb:Scan")
        assert compare([*grants, more, wider], seen).excess[role] == (more, wider)
