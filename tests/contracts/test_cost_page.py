"""`docs/cost.md` is what `make cost-page` writes of the programs as they are."""

import pytest

from tools.operate.cost import page
from tools.operate.cost.bill import Bill
from tools.operate.cost.model import Load
from tools.operate.cost.prices import PriceList
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import Usage

AGAIN = "is out of date; run: make cost-page ENV=prod"


@pytest.fixture(scope="module")
def bill() -> Bill:
    return Bill(Setting.read("prod"), Usage.read(), PriceList.read(), Load(page.USUAL))


def test_the_page_is_up_to_date(bill: Bill) -> None:
    assert page.FILE.read_text("utf-8") == page.page(bill), f"docs/cost.md {AGAIN}"
    assert page.PLOT.read_text("utf-8") == page.picture(bill), f"docs/cost.svg {AGAIN}"


def test_production_costs_no_more_than_was_decided(bill: Bill) -> None:
    """US dollars a month, and of a million more: who adds to them says why, and raises the limit here."""
    storage = bill.summed(lambda charge: charge.service)["DynamoDB storage"]
    assert bill.idle <= 45
    assert storage <= 120
    assert bill.marginal(batched=False) <= 8.3
    assert bill.marginal(batched=True) <= 4.6
    for batched in (False, True):
        services = bill.marginal_by_service(batched=batched)
        assert sum(services.values()) == pytest.approx(bill.marginal(batched=batched))


def test_settings_are_read_from_the_programs(bill: Bill) -> None:
    prod, dev = bill.setting, Setting.read("dev")
    assert (prod.endpoint_zones, dev.endpoint_zones) == (4, 2)
    assert prod.requests_per_second == 1000
    assert prod.keys == prod.dashboards == 1
    assert prod.alarm_metrics > 20
    assert set(prod.memory_megabytes) == {"ingest", "detector", "verdicts", "notifier"}
    assert prod.bus_under_our_key
    assert not dev.tables["transactions"].recovery
    assert prod.tables["alerts"].recovery
