"""Every page in a real browser: what it says, how it looks, whom it leaves out, what hostile names become."""

from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.local.tools.analyst.desk.conftest import Bank
from tests.local.tools.analyst.desk.month import HOSTILE, HOSTILE_NOTE
from tests.support.browser import PHONE, WIDE, faults, theme, violations
from tools.analyst.desk import measuring

pytestmark = pytest.mark.browser
NAMES = (
    "alerts",
    "alert",
    "account",
    "merchant",
    "payments",
    "rules",
    "measured",
    "quality",
    "drift",
    "audit",
)
SCREENS = [(width, dark) for width in (WIDE, PHONE) for dark in (False, True)]
OF_THE_DOCUMENTS = {
    ("alerts", WIDE, False),
    ("alert", WIDE, False),
    ("alert", PHONE, True),
    ("rules", WIDE, False),
    ("measured", WIDE, False),
    ("measured", PHONE, True),
    ("drift", WIDE, True),
    ("payments", WIDE, False),
    ("quality", WIDE, True),
}
CUT = """[...document.querySelectorAll("svg[role=img] text")].filter((text) => {
  const own = text.getBoundingClientRect(), edge = text.ownerSVGElement.getBoundingClientRect();
  return own.left < edge.left - 1 || own.right > edge.right + 1;
}).map((text) => text.textContent)"""
SAID = {
    "alerts": ("Alerts per day", "4,850.00 USD", "a-0417", "unusual amount of 4,850.00 USD", "hour_pace"),
    "alert": ("4,850.00 USD to giftcards-88", "new country BR", "412 payments", "Other accounts with this"),
    "account": ("Account a-0417", "Usually pays", "When it pays", "Export and erase"),
    "merchant": ("Merchant giftcards-88", "Watch list, no expiry", "many frauds since Monday"),
    "rules": ("How many alerts a day?", "amount_anomaly", "Publish"),
    "payments": ("Payments in full", "giftcards-88", "quiet-", "alert"),
    "measured": ("How many alerts a day?", "(now)", "shadow", "challenger alone", "night-5+77aa01fe"),
    "drift": ("Population stability index", "new_merchant", "Precision by score"),
    "quality": ("payment received to mail out", "detector-errors-dev", "By week"),
    "audit": ("decisions of the last 30 days", "card lost", "In force now"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_is_for(page: Page, bank: Bank, name: str) -> None:
    page.goto(bank.url(bank.pages[name]))
    # Folded parts are read too: what changed a list stands in one.
    text = page.inner_text("body") + str(page.text_content("body"))
    assert [said for said in SAID[name] if said not in text] == []
    assert page.text_content(".who") == "ana"
    assert faults(page) == []


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_no_page_leaves_anybody_out_or_runs_off_the_screen(
    tabs: dict[int, Page], bank: Bank, pictures: Path | None, name: str, screen: tuple[int, bool]
) -> None:
    width, dark = screen
    page = theme(tabs[width], dark=dark)
    page.goto(bank.url(bank.pages[name]))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = page.evaluate(CUT)
    assert cut == [], "labels of pictures are whole"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(16, 23, 28)" if dark else "rgb(246, 248, 249)")
    if pictures is not None and (name, width, dark) in OF_THE_DOCUMENTS:
        page.goto(bank.url(bank.pages[name]))
        page.screenshot(path=pictures / f"desk-{name}-{width}-{'dark' if dark else 'light'}.png")


def test_the_looks_find_what_is_wrong(page: Page, bank: Bank) -> None:
    page.goto(bank.url("/alerts"))
    assert faults(page) == []
    page.evaluate(
        "document.querySelectorAll('label').forEach((each) => each.replaceWith(...each.childNodes))"
    )
    assert any(found.startswith(("label", "select-name")) for found in violations(page))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=1>')")
    page.wait_for_timeout(100)
    assert any("Content Security Policy" in said for said in faults(page))


@pytest.mark.parametrize("path", ["/alert", "/audit", "/alerts?status=ALL", "/merchant"])
def test_hostile_names_and_notes_stay_text(page: Page, bank: Bank, path: str) -> None:
    query = {"/alert": "?id=hostile", "/merchant": f"?id={quote(HOSTILE)}"}
    page.goto(bank.url(path + query.get(path, "")))
    text = str(page.text_content("body"))
    assert HOSTILE in text or HOSTILE_NOTE in text
    assert page.locator("main script, main img").count() == 0
    assert page.title() != "owned"
    assert faults(page) == []


def test_a_long_name_leaves_an_amount_room_on_a_phone(tabs: dict[int, Page], bank: Bank) -> None:
    names = {"merchant_id": "merchant-" * 7, "account_id": "account-" * 7}
    bank.memory.alert("long-1", received_at=bank.now, amount=Decimal("1234567.89"), **names)
    bank.served.desk.model.look(whole=False)
    page = theme(tabs[PHONE], dark=False)
    page.goto(bank.url("/alerts?status=ALL&search=long-1"))
    amounts = "[...document.querySelectorAll('td[data-name=Amount]')]"
    assert page.evaluate(f"{amounts}.map((each) => each.scrollWidth <= each.clientWidth)") == [True]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_no_style_and_no_script_stands_in_a_page(page: Page, bank: Bank) -> None:
    for path in bank.pages.values():
        page.goto(bank.url(path))
        assert page.locator("[style], style, script:not([src]), [onclick]").count() == 0
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map((each) => new URL(each.name).origin)"
        )
        assert loaded
        assert set(loaded) == {bank.served.address}


def test_an_alert_stands_among_the_payments_of_its_account(page: Page, bank: Bank) -> None:
    remembered, marked = page.locator("circle.payment"), page.locator("tr.chosen")
    page.goto(bank.url(bank.pages["alert"]))
    of_the_profile = remembered.count()
    page.get_by_role("link", name="Show them, with amounts over time").click()
    expect(marked).to_have_count(1)
    assert "PAY-CASE" in marked.inner_text().upper()
    paid = [each for each in bank.served.desk.payments.read() if each.transaction.account_id == "a-0417"]
    assert remembered.count() == len(paid) != of_the_profile
    expect(page.locator("circle.this")).to_have_count(1)
    expect(page.get_by_role("link", name=f"All {len(paid)}")).to_be_visible()
    assert violations(page) == []


def test_export_and_erase_are_commands_to_copy(page: Page, bank: Bank) -> None:
    page.goto(bank.url(bank.pages["account"]))
    commands = [line for line in page.inner_text("body").splitlines() if line.startswith("make ")]
    words = "ENV=dev ACCOUNT=a-0417"
    assert commands == [f"make export {words}", f"make erase {words}", f"make erase {words} ERASE=yes"]


def test_filters_search_and_pages_of_the_list(page: Page, bank: Bank) -> None:
    def listed(words: str) -> int:
        page.goto(bank.url(f"/alerts?{words}"))
        return page.locator("tr[data-alert]").count()

    every = listed("status=ALL&folded=no")
    assert every == 100
    assert "page 1 of 3" in page.inner_text("body")
    assert 0 < listed("status=ALL&reason=hour_pace&since=7d") < every
    assert listed("status=ALL&account=a-0417") == 1
    assert listed("status=ALL&search=PAY-CASE") == 1
    assert listed("status=nonsense&page=-4&order=none&since=never") > 0
    page.goto(bank.url("/search?q=pay-case"))
    assert "4,850.00 USD to giftcards-88" in page.title()
    page.goto(bank.url("/search?q=a-0417"))
    assert page.evaluate("location.pathname") == "/account"
    page.goto(bank.url("/search?q=quiet-00000"))
    assert "Account a-0417" in page.inner_text("h1"), "a payment without an alert leads to who paid"
    page.goto(bank.url("/search?q=not-there"))
    assert page.get_by_role("link", name="Open it as an account").count() == 1
    page.goto(bank.url("/account?id=a-0417"))
    pseudonym = page.text_content(".lead .id")
    page.goto(bank.url(f"/search?q={pseudonym}"))
    assert page.evaluate("location.search") == f"?id={pseudonym}"
    assert "Account a-0417" in page.inner_text("body")
    page.goto(bank.url("/alerts?order=amount&status=ALL"))
    amounts = page.locator("td[data-name=Amount]").all_text_contents()
    values = [float(each.split()[0].replace(",", "")) for each in amounts]
    assert values == sorted(values, reverse=True)


def test_what_is_not_there_is_told_and_breaks_nothing(page: Page, bank: Bank) -> None:
    for path in ("/alert?id=none", "/account?id=acct-0123456789abcdef", "/no/such/page"):
        page.goto(bank.url(path))
        expect(page.locator("h1")).to_have_text("Nothing to show")
    page.goto(bank.url("/account?id=nobody"))
    assert "no profile" in page.inner_text("body").lower()
    page.goto(bank.url("/merchant?id=nobody"))
    assert "None in the last 30 days" in page.inner_text("body")


def test_what_takes_long_says_so_and_opens_by_itself(page: Page, bank: Bank) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "KEPT_MILLISECONDS", -1)
        patch.setattr(bank.served.desk.background, "patience_seconds", 0)
        page.goto(bank.url("/quality/drift"))
        expect(page.locator("h1")).to_have_text("Reading payments")
        assert violations(page) == []
    expect(page.locator("h1")).to_have_text("Drift")
