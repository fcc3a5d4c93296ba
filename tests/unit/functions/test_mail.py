"""The mail: a subject to triage by, a body to act on."""

import json
import re
import shlex
from dataclasses import replace
from decimal import Decimal

from jsonschema import Draft4Validator

from shared.runtime.events import AlertReason, SuspiciousTransaction
from shared.runtime.schema import verdict_schema
from stacks.alerting.functions.notifier.mail import body, subject
from stacks.alerting.functions.notifier.wording import headline, sentence
from stacks.compute.functions.detector.recording import recorded
from stacks.compute.functions.detector.scoring import NAMES, Decision
from stacks.compute.functions.detector.scoring.hard_rules import HARD_RULES
from tests.unit.functions.builders import NOW, TRACE_ID, stored, suspicious
from tests.unit.functions.histories import reasons_of_everything
from tests.unit.functions.mail_text import PLACE, reason, text_of


def every_reason() -> tuple[AlertReason, ...]:
    """Return a reason of every quantity and rule, as the detector records it."""
    decision = Decision(1.0, True, -6.8, reasons_of_everything(), 0.3, "3+0a1b2c3d")
    return recorded(decision, NOW).reasons


def test_there_are_words_for_every_quantity_and_rule() -> None:
    reasons = {reason.code: reason for reason in every_reason()}
    assert reasons.keys() == {*NAMES, *HARD_RULES}
    told = {code: (headline(reason), sentence(reason)) for code, reason in reasons.items()}
    assert told["amount_limit"] == (
        "amount over the limit",
        "Amount over the limit for any account: 5,000.00 USD, limit 100.00 USD; usual here: 40.00 USD.",
    )
    assert told["amount_deviation"][0] == "147.0 times the usual amount"
    assert "(1 payment in 32,000)" in told["amount_deviation"][1]
    assert told["hour_pace"][0] == "2 payments within an hour"
    assert told["new_country"] == ("new country FR", "Country FR: new, as in 1 payment in 990 (1 known).")
    assert "jewellery" in told["new_category"][1]
    assert re.search(r"[\d,]+ km/h since its last card-present payment", told["travel"][1])
    assert told["watched_merchant"] == ("merchant on watch", "Merchant on watch: merchant-1.")
    assert told["denied"][0] == "account or merchant on the deny list"
    assert "1 confirmed fraud" in told["merchant_risk"][1]
    general = [code for code, (_, words) in told.items() if ", usual any, " in words]
    assert general == []
    assert told["account_age"][1].endswith("(learnt from verdicts).")


def test_a_reason_that_lowers_the_score_is_worded_neutrally() -> None:
    reasons = {reason.code: reason for reason in every_reason() if reason.code in NAMES}
    favours = {code: replace(reason, points=Decimal("-0.35")) for code, reason in reasons.items()}
    neutral = {code for code, favour in favours.items() if headline(favour) == headline(reasons[code])}
    assert neutral == {
        "amount", "amount_multiple", "category_multiple", "amount_to_usual", "category_amount",
        "record_amount", "hour_spend", "hour_spend_to_usual", "day_spend_to_usual", "week_spend_to_usual",
        "hour_pace", "day_pace", "week_count", "largest_of_day", "largest_of_five", "smallest_of_five",
        "rest", "account_age", "hour_of_day",
    }  # fmt: skip
    worn_off = replace(favours["merchant_risk"], observed="0.0004", baseline="1 confirmed fraud, long ago")
    assert headline(worn_off) == "little fraud at the merchant"
    assert sentence(worn_off) == (
        "Fraud probability of a payment at this merchant, from verdicts: only 0.04% "
        "(1 confirmed fraud, long ago)."
    )
    known = replace(favours["new_device"], threshold="known to the account", baseline="2 known")
    assert (headline(known), sentence(known)) == ("known device", "Device: known to the account (2 known).")
    text = text_of(reasons=(*every_reason()[:1], worn_off))
    assert "  -0.4  Fraud probability of a payment at this merchant" in text
    assert "with confirmed frauds" not in text


def test_an_unknown_quantity_is_worded_from_its_code() -> None:
    made = reason(
        "palm_reading",
        baseline="0.1",
        threshold="1 payment in 9",
    )
    assert headline(made) == "palm reading"
    assert sentence(made) == "Palm reading: 7, usual 0.1, 1 payment in 9 (payments)."


def test_a_numeric_merchant_category_is_not_formatted_as_a_number() -> None:
    made = reason(
        "new_category",
        observed="4829",
        threshold="known to the account",
        unit="merchant category",
    )
    assert sentence(made) == "Merchant category 4829: known to the account (2 known)."


def why_of(text: str) -> list[str]:
    """Return the lines of the section that adds up the points."""
    return text.split("\n\n")[1].splitlines()


def test_points_add_up_to_the_log_odds() -> None:
    points = ("3.9001", "2.2049", "1.5501", "0.0301", "0.0199", "-0.04")
    codes = ("amount_deviation", "new_device", "watched_account", "rest", "new_country", "own_hour")
    reasons = tuple(
        reason(
            code,
            observed="320",
            baseline="40",
            threshold="1 payment in 460",
            unit="USD",
            points=Decimal(each),
        )
        for code, each in zip(codes, points, strict=True)
    )
    text = text_of(reasons=reasons, base=Decimal("-6.8"), score=Decimal("0.704329"))
    assert why_of(text) == [
        "WHY (rounded points; their sum is the log-odds)",
        "  -6.8  base of every payment",
        "  +3.9  Amount 8.0 times the account's usual 40.00 USD, far outside its",
        "        spread (1 payment in 460).",
        "  +2.2  Device: 1 payment in 460 (40).",
        "  +1.6  Account on watch.",
        "  +0.0  3 minor reasons, listed in the alert record",
        " =+0.9  log-odds, a fraud probability of 0.70",
    ]
    assert subject(suspicious(reasons=reasons), "dev").endswith("8.0 times the usual amount")


def test_a_message_without_points_is_worded_without_them() -> None:
    body_before = json.loads(suspicious().to_json())
    del body_before["base"], body_before["reasons"][0]["points"]
    before = SuspiciousTransaction.from_json(json.dumps(body_before))
    assert (before.base, before.reasons[0].points) == (None, None)
    text = body(before, account="acct-0123456789abcdef", trace_id=TRACE_ID, place=PLACE)
    assert why_of(text) == [
        "WHY (strongest first)",
        "        Amount over the limit for any account: 512.50 USD, limit 220.00",
        "        USD; usual here: 45.00 USD.",
    ]


def test_a_whole_mail() -> None:
    text = text_of(
        transaction=stored(
            amount=Decimal("512.50"),
            country="FR",
            latitude=Decimal("48.8566"),
            longitude=Decimal("2.3522"),
            card_present=False,
            channel="web",
            merchant_category="jewellery",
        )
    )
    assert text.startswith(
        "A payment of 512.50 USD has a fraud probability of 0.84; the alert\nthreshold is 0.50."
    )
    for line in (
        "When: 2026-11-18 11:06:39 UTC, received 2026-11-18 11:06:40 UTC",
        "Where: FR, latitude 48.86, longitude 2.35",
        "How: web, card not present",
        "Account: acct-0123456789abcdef (a pseudonym)",
        "Merchant: merchant-1 (jewellery)",
        "Transaction: t-1",
        f"Trace: {TRACE_ID}",
        "Rules: 1+0a1b2c3d",
    ):
        assert line in text.splitlines()
    assert f"#xray:traces/{TRACE_ID}" in text


def test_unknown_facts_are_omitted() -> None:
    text = text_of()
    assert "Where:" not in text
    assert "How:" not in text
    assert "None" not in text


def test_only_lines_to_copy_are_long() -> None:
    long_lines = [line for line in text_of(reasons=every_reason()).splitlines() if len(line) > 72]
    alert_key = '{"S": "' + stored().alert_id[0]
    # (The address of the example's API is short enough.)
    assert [line.strip()[:8] for line in long_lines] == ["-d '{\"ve", alert_key, "https://"]


def test_the_commands_can_be_copied_into_a_shell() -> None:
    text = text_of()
    commands = re.findall(r"aws dynamodb.*?}}'", text, flags=re.DOTALL)
    keys = []
    for command in commands:
        words = shlex.split(command.replace("\\\n", ""))
        assert words[:3] == ["aws", "dynamodb", "get-item"]
        options = dict(zip(words[3::2], words[4::2], strict=True))
        assert options["--region"] == "us-east-1"
        keys.append((options["--table-name"], json.loads(options["--key"])))
    transaction = stored()
    assert keys == [
        (
            "transactions-test",
            {"transaction_id": {"S": "t-1"}, "timestamp": {"N": str(transaction.timestamp)}},
        ),
        ("alerts-test", {"alert_id": {"S": transaction.alert_id}}),
    ]


def _commands(text: str, first_word: str) -> list[list[str]]:
    found = re.findall(rf"^  {first_word} (?:.*\\\n)+.*$", text, flags=re.MULTILINE)
    return [shlex.split(command.replace("\\\n", "")) for command in found]


def test_a_verdict_can_be_given_by_commands_from_the_mail() -> None:
    text, verdicts = text_of(), verdict_schema()["properties"]["verdict"]["enum"]
    made = [dict(word.split("=") for word in words[2:]) for words in _commands(text, "make")]
    assert [each["VERDICT"] for each in made] == verdicts
    timestamp = str(stored().timestamp)
    assert all((each["TRANSACTION"], each["TIMESTAMP"]) == ("t-1", timestamp) for each in made)
    [curl] = _commands(text, "curl")
    data = json.loads(curl[curl.index("-d") + 1])
    Draft4Validator(verdict_schema()).validate(data)
    assert (data["verdict"], str(data["timestamp"])) == (verdicts[0], timestamp)
    assert curl[curl.index("-X") + 1] == "PUT"
    assert curl[-1] == "https://api.example/stage-test/transactions/t-1/verdict"


def test_the_mail_says_what_each_verdict_does() -> None:
    text = " ".join(text_of().split())
    assert "confirmed_fraud: payments to this merchant and by this account score higher" in text
    assert "legitimate: lowers that risk" in text


def test_a_score_is_never_rounded_up() -> None:
    assert "Fraud 0.99:" in subject(suspicious(score=Decimal("0.999999")), "test")
    assert "fraud probability of 0.99" in text_of(score=Decimal("0.999999"))
    assert "Fraud 1.00:" in subject(suspicious(score=Decimal(1)), "test")
