"""Every page in a real browser: what it says, how it looks, whom it leaves out, what hostile names become."""

from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from tests.local.tools.analyst.desk.conftest import Bank
from tests.local.tools.analyst.desk.month import HOSTILE, HOSTILE_NOTE
from tests.support.chromium import Page

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
WIDE, PHONE = 1400, 390
SCREENS = [(width, dark) for width in (WIDE, PHONE) for dark in (False, True)]
AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
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
    "alerts": ("Alerts per day", "4,850.00 USD", "a-0417", "times the usual amount", "hour_pace"),
    "alert": ("4,850.00 USD to giftcards-88", "new country BR", "412 payments", "Other accounts with this"),
    "account": ("Account a-0417", "Usually pays", "When it pays", "Export and erase"),
    "merchant": ("Merchant giftcards-88", "List watch for ever", "many frauds since Monday"),
    "rules": ("How many alerts a day?", "amount_deviation", "Publish"),
    "payments": ("Payments in full", "giftcards-88", "quiet-", "alert"),
    "measured": ("How many alerts a day?", "(now)", "shadow", "challenger alone", "night-5+77aa01fe"),
    "drift": ("Population stability index", "new_merchant", "Precision by score"),
    "quality": ("payment received to mail out", "detector-errors-dev", "By week"),
    "audit": ("decisions of the last 30 days", "card lost", "In force now"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_is_for(page: Page, bank: Bank, name: str) -> None:
    text = page.open(bank.url(bank.pages[name])).text()
    # Folded parts are read too: what changed a list stands in one.
    text += page.run("document.body.textContent")
    assert [said for said in SAID[name] if said not in text] == []
    assert page.run("document.querySelector('.who').textContent") == "ana"
    assert page.faults() == []


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_no_page_leaves_anybody_out_or_runs_off_the_screen(
    page: Page, bank: Bank, pictures: Path | None, name: str, screen: tuple[int, bool]
) -> None:
    width, dark = screen
    page.screen(width, 900, dark=dark).open(bank.url(bank.pages[name]))
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.run(f"(() => {{ {AXE}; }})()")
    found = page.run(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations"
        ".map((each) => each.id + ': ' + each.nodes.slice(0, 3).map((node) => node.html).join(' | ')))"
    )
    assert found == []
    assert page.run("axe.version")
    assert page.run("document.documentElement.scrollWidth") == width
    cut = page.run(CUT)
    assert cut == [], "labels of pictures are whole"
    paper = page.run("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(16, 23, 28)" if dark else "rgb(246, 248, 249)")
    if pictures is not None and (name, width, dark) in OF_THE_DOCUMENTS:
        page.open(bank.url(bank.pages[name]))
        theme = "dark" if dark else "light"
        page.picture(pictures / f"desk-{name}-{width}-{theme}.png")


def test_axe_finds_what_is_wrong(page: Page, bank: Bank) -> None:
    page.open(bank.url("/alerts"))
    page.run("document.querySelectorAll('label').forEach((each) => each.replaceWith(...each.childNodes))")
    page.run(f"(() => {{ {AXE}; }})()")
    found = page.run("axe.run(document).then((found) => found.violations.map((each) => each.id))")
    assert "label" in found or "select-name" in found


@pytest.mark.parametrize("path", ["/alert", "/audit", "/alerts?status=ALL", "/merchant"])
def test_hostile_names_and_notes_stay_text(page: Page, bank: Bank, path: str) -> None:
    query = {"/alert": "?id=hostile", "/merchant": f"?id={page.run(f'encodeURIComponent({HOSTILE!r})')}"}
    page.open(bank.url(path + query.get(path, "")))
    text = page.run("document.body.textContent")
    assert HOSTILE in text or HOSTILE_NOTE in text
    assert page.run("document.querySelectorAll('main script, main img').length") == 0
    assert page.run("document.title") != "owned"
    assert page.faults() == []


def test_a_long_name_leaves_an_amount_room_on_a_phone(page: Page, bank: Bank) -> None:
    names = {"merchant_id": "merchant-" * 7, "account_id": "account-" * 7}
    bank.memory.alert("long-1", received_at=bank.now, amount=Decimal("1234567.89"), **names)
    bank.served.desk.model.look(whole=False)
    page.screen(PHONE, 900, dark=False).open(bank.url("/alerts?status=ALL&search=long-1"))
    amounts = "[...document.querySelectorAll('td[data-name=Amount]')]"
    assert page.run(f"{amounts}.map((each) => each.scrollWidth <= each.clientWidth)") == [True]
    assert page.run("document.documentElement.scrollWidth") == PHONE


def test_no_style_and_no_script_stands_in_a_page(page: Page, bank: Bank) -> None:
    for path in bank.pages.values():
        page.open(bank.url(path))
        inline = "document.querySelectorAll('[style], style, script:not([src]), [onclick]').length"
        assert page.run(inline) == 0
        loaded = page.run("performance.getEntriesByType('resource').map((each) => new URL(each.name).origin)")
        assert loaded
        assert set(loaded) == {bank.served.address}


def test_an_alert_stands_among_the_payments_of_its_account(page: Page, bank: Bank) -> None:
    remembered = "document.querySelectorAll('circle.payment').length"
    page.open(bank.url(bank.pages["alert"]))
    of_the_profile = page.run(remembered)
    page.run("document.querySelector('a[href$=\"payments=yes\"]').click()")
    page.soon("document.querySelector('tr.chosen')")
    marked = page.run("[...document.querySelectorAll('tr.chosen')].map((each) => each.innerText)")
    assert len(marked) == 1
    assert "PAY-CASE" in marked[0].upper()
    paid = [each for each in bank.served.desk.payments.read() if each.transaction.account_id == "a-0417"]
    assert page.run(remembered) == len(paid) != of_the_profile
    assert page.run("document.querySelectorAll('circle.this').length") == 1
    assert f"All {len(paid)}" in page.text()
    page.run(f"(() => {{ {AXE}; }})()")
    assert page.run("axe.run(document).then((found) => found.violations.map((each) => each.id))") == []


def test_export_and_erase_are_commands_to_copy(page: Page, bank: Bank) -> None:
    text = page.open(bank.url(bank.pages["account"])).text().splitlines()
    commands = [line for line in text if line.startswith("make ")]
    words = "ENV=dev ACCOUNT=a-0417"
    assert commands == [f"make export {words}", f"make erase {words}", f"make erase {words} ERASE=yes"]


def test_filters_search_and_pages_of_the_list(page: Page, bank: Bank) -> None:
    def listed(words: str) -> int:
        page.open(bank.url(f"/alerts?{words}"))
        return int(page.run("document.querySelectorAll('tr[data-alert]').length"))

    every = listed("status=ALL&folded=no")
    assert every == 100
    assert "page 1 of 3" in page.text()
    assert 0 < listed("status=ALL&reason=hour_pace&since=7d") < every
    assert listed("status=ALL&account=a-0417") == 1
    assert listed("status=ALL&search=PAY-CASE") == 1
    assert listed("status=nonsense&page=-4&order=none&since=never") > 0
    page.open(bank.url("/search?q=pay-case"))
    assert "4,850.00 USD to giftcards-88" in page.run("document.title")
    page.open(bank.url("/search?q=a-0417"))
    assert page.run("location.pathname") == "/account"
    pseudonym = page.run("document.querySelector('.lead .id').textContent")
    page.open(bank.url(f"/search?q={pseudonym}"))
    assert page.run("location.search") == f"?id={pseudonym}"
    assert "Account a-0417" in page.text()
    page.open(bank.url("/alerts?order=amount&status=ALL"))
    cells = "document.querySelectorAll('td[data-name=Amount]')"
    amounts = page.run(f"[...{cells}].map((each) => each.textContent)")
    values = [float(each.split()[0].replace(",", "")) for each in amounts]
    assert values == sorted(values, reverse=True)


def test_what_is_not_there_is_told_and_breaks_nothing(page: Page, bank: Bank) -> None:
    for path in ("/alert?id=none", "/account?id=acct-0123456789abcdef"):
        page.open(bank.url(path))
        assert "Not done" in page.text()
    assert "no profile" in page.open(bank.url("/account?id=nobody")).text().lower()
    assert "None in the last 30 days" in page.open(bank.url("/merchant?id=nobody")).text()
