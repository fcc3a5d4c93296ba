"""A month at a small bank, a desk over it, and a browser that looks at it."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from shared.runtime.events import StoredTransaction
from tests.local.tools.analyst.desk.month import case, decided, fill
from tests.local.tools.analyst.desk.served import Served, served
from tests.support.browser import PHONE, WIDE, tab, theme
from tests.unit.tools.analyst.records_in_memory import InMemory, records_in_memory


@dataclass(frozen=True)
class Bank:
    """The tables, the desk, and the alert to look at."""

    memory: InMemory
    served: Served
    payment: StoredTransaction
    now: int

    def url(self, path: str) -> str:
        return f"{self.served.address}{path}"

    @property
    def pages(self) -> dict[str, str]:
        """Every page, by its name."""
        return {
            "alerts": "/alerts",
            "alert": f"/alert?id={self.payment.alert_id}",
            "account": f"/account?id={self.payment.account_id}",
            "merchant": f"/merchant?id={self.payment.merchant_id}",
            "rules": "/rules",
            "measured": "/rules/measured",
            "payments": f"/account?id={self.payment.account_id}&payments=yes",
            "drift": "/quality/drift",
            "quality": "/quality",
            "audit": "/audit",
        }


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    now = int(time.time() * 1000)
    with (
        pytest.MonkeyPatch.context() as patch,
        records_in_memory(patch, tmp_path_factory.mktemp("bank")) as memory,
    ):
        fill(memory, now)
        payment = case(memory, now)
        decided(memory, now)
        with served(memory) as desk:
            desk.desk.payments.read()
            yield Bank(memory, desk, payment, now)


@pytest.fixture(scope="module")
def tabs(browser: Browser, bank: Bank) -> dict[int, Page]:
    """A tab on each width of screen that has come in by the address that was printed."""
    opened = {width: tab(browser, width) for width in (WIDE, PHONE)}
    for each in opened.values():
        each.goto(bank.served.door)
    return opened


@pytest.fixture
def page(tabs: dict[int, Page]) -> Page:
    """The tab on a wide screen, in the light."""
    return theme(tabs[WIDE], dark=False)


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where `make pictures` wants the pictures of the documents; None in an ordinary run."""
    folder = os.environ.get("PICTURES")
    return Path(folder) if folder else None
