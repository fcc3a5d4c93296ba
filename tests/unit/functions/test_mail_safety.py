"""The mail is safe to open: a one-line subject, no personal data, no link or hidden character."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.alerting.functions.notifier.mail import MAXIMUM_SUBJECT_LENGTH, subject
from stacks.alerting.functions.notifier.wording import headline, sentence
from tests.unit.functions.builders import stored, suspicious
from tests.unit.functions.mail_text import reason, text_of

LINK, TURNED = "www.fraud-desk-verify.example", "safe\u202eelpmaxe.live"


@given(st.text(max_size=300), st.text(min_size=1, max_size=60), st.decimals(0, 10**15, places=2))
def test_a_subject_is_one_short_ascii_line(observed: str, environment: str, amount: Decimal) -> None:
    made = reason(
        "new_country",
        observed=observed,
        baseline="DE",
        threshold=f"never before, {TURNED}",
        unit="country",
    )
    line = subject(suspicious(reasons=(made,), transaction=stored(amount=amount)), environment)
    assert 0 < len(line) <= MAXIMUM_SUBJECT_LENGTH
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("field", ["device_id", "ip_address", "account_id"])
def test_personal_identifiers_are_not_in_the_mail(field: str) -> None:
    value = {
        "device_id": "device-of-somebody",
        "ip_address": "203.0.113.7",
        "account_id": "account-of-somebody",
    }
    codes = {"device_id": "new_device", "ip_address": "new_address", "account_id": "watched_account"}
    made = reason(
        codes[field],
        observed=value[field],
        baseline="1 known",
        unit=field,
        points=Decimal(3),
    )
    text = text_of(transaction=stored(**{field: value[field]}), reasons=(made,), base=Decimal(-1))
    assert value[field] not in text


def test_links_are_defanged_and_hidden_characters_shown() -> None:
    """A merchant's name may imitate the bank's desk: the mail must not make it a link."""
    made = reason(
        "new_merchant",
        observed=LINK,
        baseline=f"{TURNED} or https://{LINK}",
        threshold=f"never before, {TURNED}",
        unit="merchant",
    )
    text = text_of(
        transaction=stored(merchant_id=LINK, merchant_category=TURNED, channel="\x1b[2J", country="X\u200bY"),
        reasons=(made,),
    )
    assert LINK not in text
    assert "www[.]fraud-desk-verify[.]example" in text
    assert f"https://{LINK}" not in text
    hidden = {c for c in text if not c.isprintable() and c != "\n"}
    assert hidden == set()
    assert "<U+202E>" in text
    assert "Merchant: www[.]fraud-desk-verify[.]example (safe<U+202E>elpmaxe[.]live)" in text


def test_an_unknown_rule_is_defanged_too() -> None:
    made = reason(
        "http://evil.example",
        observed=TURNED,
        baseline=LINK,
        threshold="\x1b]0;x\x07",
        unit=LINK,
    )
    told = f"{headline(made)} {sentence(made)}"
    assert told.isprintable()
    assert "evil[.]example" in told
    assert LINK not in told
