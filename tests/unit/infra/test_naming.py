"""Names: the convention, its three exceptions, and the limits of AWS."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra.naming import NAME_LIMITS, SUFFIX_LIMIT, InvalidNameError, Names, slug

STEMS = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)
SUFFIXES = st.from_regex(r"[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,6})?", fullmatch=True)


def test_a_name_is_the_stem_and_the_suffix() -> None:
    assert Names("dev").of("vpc") == "vpc-dev"
    assert Names("pr-12").of("suspicious-queue", "queue") == "suspicious-queue-pr-12"


def test_aws_s_exceptions() -> None:
    names = Names("dev")
    assert names.log_group("ingest") == "/aws/lambda/ingest-function-dev"
    assert names.alias("kms-key") == "alias/kms-key-dev"
    assert names.alphanumeric("transaction-model") == "transactionModelDev"


@pytest.mark.parametrize("suffix", ["", "Dev", "1dev", "dev_1", "dev-", "-dev", "dev--1", "dev.1", "a" * 17])
def test_a_suffix_that_some_service_refuses_is_refused(suffix: str) -> None:
    with pytest.raises(InvalidNameError, match=re.escape(repr(suffix))):
        Names(suffix)


def test_the_longest_suffix_is_accepted() -> None:
    assert Names("a" * SUFFIX_LIMIT).of("vpc").endswith("a" * SUFFIX_LIMIT)


@pytest.mark.parametrize("stem", ["", "Vpc", "my vpc", "vpc_1", "-vpc", "vpc-", "9vpc"])
def test_a_stem_that_some_service_refuses_is_refused(stem: str) -> None:
    with pytest.raises(InvalidNameError):
        Names("dev").of(stem)


@pytest.mark.parametrize("kind", sorted(NAME_LIMITS))
def test_a_name_may_be_as_long_as_aws_allows_and_no_longer(kind: str) -> None:
    longest = "a" * (NAME_LIMITS[kind] - len("-dev"))
    assert len(Names("dev").of(longest, kind)) == NAME_LIMITS[kind]
    with pytest.raises(InvalidNameError, match=rf"AWS allows {NAME_LIMITS[kind]} for a {kind}"):
        Names("dev").of(longest + "a", kind)


def test_without_a_kind_the_strictest_limit_applies() -> None:
    with pytest.raises(InvalidNameError, match="AWS allows 64"):
        Names("dev").of("a" * 61)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        Names("dev").of("vpc", "planet")


@given(stem=STEMS, suffix=SUFFIXES)
def test_different_environments_never_share_a_name(stem: str, suffix: str) -> None:
    assert Names(suffix).of(stem) != Names(f"{suffix}x").of(stem)


@given(stem=STEMS, suffix=SUFFIXES)
def test_an_alphanumeric_name_is_one(stem: str, suffix: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]+", Names(suffix).alphanumeric(stem))


def test_the_slug_of_an_address() -> None:
    assert slug("Ana.Diaz+fraud@bank.example") == "ana-diaz-fraud-bank-example"
    with pytest.raises(InvalidNameError):
        slug("@@@")


@given(text=st.emails())
def test_the_slug_of_any_address_can_stand_in_a_name(text: str) -> None:
    # A stem starts with a letter, which the prefix of every name with a slug does.
    Names("dev").of(f"subscription-{slug(text)}"[:60].rstrip("-"))
