"""Deciding from the page: by one key, with a moment to take it back; lists, rules, and who did what."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from stacks.compute.functions.detector.scoring import RULES_PATH
from stacks.compute.functions.profiles.rules_item import RULES_KEY, published_text
from tests.local.tools.analyst.desk.conftest import Bank
from tests.local.tools.analyst.desk.served import SIGNER
from tests.local.tools.world import wait_until
from tests.support.browser import faults

pytestmark = pytest.mark.browser
PREVIEW = re.compile("^Publish rules")


def open_alert(bank: Bank, transaction_id: str) -> str:
    """Store a payment and its alert of now; return the alert's id."""
    payment = bank.memory.alert(
        transaction_id, received_at=bank.now, timestamp=bank.now - 1000, merchant_id="m-deciding"
    )
    bank.served.desk.model.look(whole=False)
    return payment.alert_id


def record(bank: Bank, alert_id: str) -> dict[str, object]:
    found = bank.served.desk.tables.record(alert_id)
    assert found is not None
    return found


def test_one_key_decides_and_another_takes_it_back_in_time(page: Page, bank: Bank) -> None:
    first = open_alert(bank, "key-1")
    page.goto(bank.url("/alerts?merchant=m-deciding"))
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr').dataset.alert") == first
    page.keyboard.press("f")
    badge = page.locator(f"tr[data-alert='{first}'] .badge")
    expect(badge).to_contain_class("waiting")
    assert record(bank, first)["status"] == "OPEN", "nothing is recorded yet"
    page.keyboard.press("u")
    expect(badge).to_contain_class("open")
    page.keyboard.press("l")
    expect(page.locator("tr[data-alert]")).to_have_count(0)
    decided = record(bank, first)
    assert (decided["status"], decided["decided_by"], decided["decided_as"]) == ("LEGITIMATE", "ana", SIGNER)
    assert faults(page) == []


def test_an_alert_is_decided_with_a_note_and_its_page_says_who_and_when(page: Page, bank: Bank) -> None:
    alert_id = open_alert(bank, "noted-1")
    page.goto(bank.url(f"/alert?id={alert_id}"))
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "note"
    page.keyboard.type("lost")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("[name=undo]")).to_be_visible()
    wait_until(lambda: record(bank, alert_id)["status"] == "CONFIRMED_FRAUD")
    page.goto(bank.url(f"/alert?id={alert_id}"))
    text = page.inner_text("body")
    assert "fraud by ana" in text
    assert "user/ana" in text
    assert "lost" in text
    page.goto(bank.url("/merchant?id=m-deciding"))
    assert "1 fraud and" in page.inner_text("body"), "the verdict has taught the merchant's risk"


def test_what_the_api_refuses_is_told_and_can_be_tried_again(page: Page, bank: Bank) -> None:
    alert_id = open_alert(bank, "refused-1")
    item = record(bank, alert_id)
    bank.memory.dynamodb.delete_item(
        TableName="transactions-dev",
        Key={"transaction_id": {"S": "refused-1"}, "timestamp": {"N": str(item["timestamp"])}},
    )
    bank.memory.dynamodb.delete_item(TableName="alerts-dev", Key={"alert_id": {"S": alert_id}})
    page.goto(bank.url("/alerts?merchant=m-deciding"))
    page.keyboard.press("j")
    page.keyboard.press("f")
    told = page.locator(".banner.failed")
    expect(told).to_contain_text("Not recorded: fraud on refused-1")
    expect(told).to_contain_text("404 unknown_transaction")
    told.get_by_role("button", name="Discard").click()
    expect(told).to_have_count(0)


def test_lists_and_snoozes_are_set_with_who_and_why(page: Page, bank: Bank) -> None:
    page.goto(bank.url("/account?id=a-0300"))
    page.get_by_text("Deny, watch, allow, snooze").click()
    form = page.locator("form[action='/controls']")
    form.get_by_label("List").select_option("deny")
    form.get_by_label("Snooze").select_option("1d")
    form.get_by_label("Why").fill("called us")
    form.get_by_role("button", name="Set, as ana").click()
    expect(page.locator("body")).to_contain_text("Deny list, no expiry")
    assert urlsplit(page.url).path == "/account"
    assert "called us" in str(page.text_content("body"))
    item = bank.served.desk.tables.profile("controls#account#a-0300")
    assert item is not None
    assert (item["standing"], item["by"], item["note"]) == ("deny", "ana", "called us")
    page.goto(bank.url("/audit"))
    assert "a-0300" in page.inner_text("body")


def test_a_threshold_is_chosen_previewed_and_published(page: Page, bank: Bank) -> None:
    page.goto(bank.url("/rules"))
    page.locator("[name=threshold]").first.click()
    expect(page).to_have_title(PREVIEW)
    assert "alert_threshold: 0.3 -> 0.9" in page.inner_text("body")
    assert bank.served.desk.controls.get(RULES_KEY) is None, "a preview changes nothing"
    page.get_by_label("Why").fill("too many")
    page.get_by_role("button", name="Publish, as ana").click()
    expect(page.locator("body")).to_contain_text("too many")
    assert urlsplit(page.url).path == "/rules"
    text = published_text(bank.served.desk.controls.get(RULES_KEY))
    assert text is not None
    assert json.loads(text)["alert_threshold"] > 0.9
    assert json.loads(text)["rules"] == json.loads(RULES_PATH.read_text())["rules"]
    assert "alert_threshold: 0.3 ->" in page.inner_text("body"), "the difference to the file before"


def test_a_bad_file_and_a_stale_preview_are_refused(page: Page, bank: Bank) -> None:
    page.goto(bank.url("/rules"))
    page.get_by_label("A complete rules file").fill('{"schema": 2}')
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("body")).to_contain_text("The detector cannot use this file: line 1")
    page.goto(bank.url("/rules"))
    page.locator("[name=threshold]").nth(1).click()
    expect(page).to_have_title(PREVIEW)
    page.evaluate("document.querySelector('[name=revision]').value = '99'")
    page.get_by_label("Why").fill("stale")
    page.get_by_role("button", name="Publish, as ana").click()
    expect(page.locator("body")).to_contain_text("Other rules were published")


def test_keys_lead_from_page_to_page_and_are_told(page: Page, bank: Bank) -> None:
    page.goto(bank.url("/alerts"))
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('keys').open")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/quality")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
