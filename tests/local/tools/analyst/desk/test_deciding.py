"""Deciding from the page: by one key, with a moment to take it back; lists, rules, and who did what."""

import json

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH
from stacks.compute.functions.profiles.rules_item import RULES_KEY, published_text
from tests.local.tools.analyst.desk.conftest import Bank
from tests.local.tools.analyst.desk.served import SIGNER
from tests.local.tools.world import wait_until
from tests.support.chromium import Page

pytestmark = pytest.mark.browser


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
    page.open(bank.url("/alerts?merchant=m-deciding"))
    page.press("j")
    assert page.run("document.activeElement.closest('tr').dataset.alert") == first
    page.press("f")
    page.soon(f"document.querySelector('tr[data-alert=\"{first}\"] .badge.waiting')")
    assert record(bank, first)["status"] == "OPEN", "nothing is recorded yet"
    page.press("u")
    page.soon(f"document.querySelector('tr[data-alert=\"{first}\"] .badge.open')")
    page.press("l")
    page.soon("!document.querySelector('tr[data-alert]')")
    decided = record(bank, first)
    assert (decided["status"], decided["decided_by"], decided["decided_as"]) == ("LEGITIMATE", "ana", SIGNER)
    assert page.faults() == []


def test_an_alert_is_decided_with_a_note_and_its_page_says_who_and_when(page: Page, bank: Bank) -> None:
    alert_id = open_alert(bank, "noted-1")
    page.open(bank.url(f"/alert?id={alert_id}"))
    page.press("e")
    assert page.run("document.activeElement.id") == "note"
    for letter in "lost":
        page.press(letter)
    page.press("Escape")
    page.press("f")
    page.soon("document.querySelector('[name=undo]')")
    wait_until(lambda: record(bank, alert_id)["status"] == "CONFIRMED_FRAUD")
    text = page.open(bank.url(f"/alert?id={alert_id}")).text()
    assert "fraud by ana" in text
    assert "user/ana" in text
    assert "lost" in text
    merchant = page.open(bank.url("/merchant?id=m-deciding")).text()
    assert "1 fraud and" in merchant, "the verdict has taught the merchant's risk"


def test_what_the_api_refuses_is_told_and_can_be_tried_again(page: Page, bank: Bank) -> None:
    alert_id = open_alert(bank, "refused-1")
    item = record(bank, alert_id)
    bank.memory.dynamodb.delete_item(
        TableName="transactions-dev",
        Key={"transaction_id": {"S": "refused-1"}, "timestamp": {"N": str(item["timestamp"])}},
    )
    bank.memory.dynamodb.delete_item(TableName="alerts-dev", Key={"alert_id": {"S": alert_id}})
    page.open(bank.url("/alerts?merchant=m-deciding"))
    page.press("j")
    page.press("f")
    page.soon("document.querySelector('.banner.failed')")
    text = page.text()
    assert "Not recorded: fraud on refused-1" in text
    assert "404 unknown_transaction" in text
    page.run("[...document.querySelectorAll('.banner button')].find((each) => each.name === 'undo').click()")
    page.soon("!document.querySelector('.banner.failed')")


def test_lists_and_snoozes_are_set_with_who_and_why(page: Page, bank: Bank) -> None:
    page.open(bank.url("/account?id=a-0300"))
    page.run(
        "(() => { const form = document.querySelector('form[action=\"/controls\"]');"
        " form.list.value = 'deny'; form.snooze.value = '1d';"
        " form.note.value = 'called us'; form.requestSubmit(); })()"
    )
    page.soon("document.body.innerText.includes('List deny for ever')")
    assert page.run("location.pathname") == "/account"
    assert "called us" in page.run("document.body.textContent")
    item = bank.served.desk.tables.profile("controls#account#a-0300")
    assert item is not None
    assert (item["standing"], item["by"], item["note"]) == ("deny", "ana", "called us")
    assert "a-0300" in page.open(bank.url("/audit")).text()


def test_a_threshold_is_chosen_previewed_and_published(page: Page, bank: Bank) -> None:
    page.open(bank.url("/rules"))
    page.run("document.querySelector('[name=threshold]').click()")
    page.soon("document.title.startsWith('Publish rules')")
    assert "alert_threshold: 0.3 -> 0.9" in page.text()
    assert bank.served.desk.controls.get(RULES_KEY) is None, "a preview changes nothing"
    page.run(
        "(() => { const form = document.querySelector('form[action=\"/rules/publish\"]');"
        " form.note.value = 'too many'; form.requestSubmit(); })()"
    )
    page.soon("location.pathname === '/rules'")
    page.soon("document.body.innerText.includes('too many')")
    text = published_text(bank.served.desk.controls.get(RULES_KEY))
    assert text is not None
    assert json.loads(text)["alert_threshold"] > 0.9
    assert json.loads(text)["rules"] == json.loads(RULES_PATH.read_text())["rules"]
    assert "alert_threshold: 0.3 ->" in page.text(), "the difference to the file before"


def test_a_bad_file_and_a_stale_preview_are_refused(page: Page, bank: Bank) -> None:
    page.open(bank.url("/rules"))
    page.run(
        "(() => { const form = document.querySelector('textarea[name=text]').form;"
        " form.text.value = '{\"schema\": 2}'; form.requestSubmit(); })()"
    )
    page.soon("document.body.innerText.includes('the detector cannot use this file: line 1')")
    page.open(bank.url("/rules"))
    page.run("[...document.querySelectorAll('[name=threshold]')][1].click()")
    page.soon("document.title.startsWith('Publish rules')")
    page.run(
        "(() => { const form = document.querySelector('form[action=\"/rules/publish\"]');"
        " form.revision.value = '99'; form.note.value = 'stale'; form.requestSubmit(); })()"
    )
    page.soon("document.body.innerText.includes('somebody has published other rules')")


def test_keys_lead_from_page_to_page_and_are_told(page: Page, bank: Bank) -> None:
    page.open(bank.url("/alerts"))
    page.press("?")
    assert page.run("document.getElementById('keys').open")
    page.press("Escape")
    page.press("g")
    page.press("q")
    page.soon("location.pathname === '/quality' && document.readyState === 'complete'")
    page.press("/")
    assert page.run("document.activeElement.id") == "find"
