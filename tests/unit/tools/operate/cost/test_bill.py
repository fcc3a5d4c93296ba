"""The bill: every quantity has a price, sums agree, and what is measured is what the code must use."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from tools.operate.cost import page
from tools.operate.cost.bill import Bill
from tools.operate.cost.model import SECONDS_IN_A_MONTH, Load, billed_seconds, lines, recorded
from tools.operate.cost.peak import limits
from tools.operate.cost.prices import PriceList
from tools.operate.cost.setting import Setting, TableSetting
from tools.operate.cost.usage import ALERTS, PROFILES, TRANSACTIONS, Usage

SETTING = Setting(
    environment="test",
    endpoint_zones=4,
    alarm_metrics=30,
    method_metrics=0,
    dashboards=1,
    keys=1,
    memory_megabytes=dict.fromkeys((stems.INGEST, stems.DETECTOR, stems.NOTIFIER), 256),
    reserved_concurrency=dict.fromkeys((stems.INGEST, stems.DETECTOR, stems.NOTIFIER), 100),
    burst_limit=1000,
    requests_per_second=1000,
    log_levels={"compute": "NOTICE", "alerting": "INFO"},
    tables={
        TRANSACTIONS: TableSetting(days=90, recovery=False, infrequent_access=False),
        PROFILES: TableSetting(days=400, recovery=True, infrequent_access=False),
        ALERTS: TableSetting(days=0, recovery=True, infrequent_access=True),
    },
    subscribers=2,
    traced_share=0.05,
    traced_per_second=1,
    bus_under_our_key=True,
)
USAGE, PRICES = Usage.read(), PriceList.read()
LOADS = st.builds(Load, st.floats(0, 1e8), st.floats(0, 0.1), st.booleans())


def bill(per_day: float = 5e6, **changes: object) -> Bill:
    return Bill(replace(SETTING, **changes), USAGE, PRICES, Load(per_day))  # type: ignore[arg-type]


@given(LOADS)
def test_services_and_layers_each_sum_to_the_total(load: Load) -> None:
    of_load = Bill(SETTING, USAGE, PRICES, load)
    total = of_load.total
    for sums in (
        of_load.summed(lambda charge: charge.service),
        of_load.summed(lambda charge: charge.line.layer),
    ):
        assert sum(sums.values()) == pytest.approx(total)
        assert all(usd >= 0 for usd in sums.values())


@given(LOADS, st.floats(1, 1e7))
def test_more_never_costs_less_and_an_array_never_more(load: Load, more: float) -> None:
    of_load = Bill(SETTING, USAGE, PRICES, load)
    assert of_load.at(per_day=load.per_day + more).total >= of_load.total
    alone, together = of_load.at(batched=False), of_load.at(batched=True)
    assert together.total <= alone.total * 1.02, "a measurement differs by a little from the next"


def test_every_price_is_used_and_names_its_source() -> None:
    everything = {
        line.price
        for infrequent in (True, False)
        for line in lines(
            replace(
                SETTING,
                method_metrics=10,
                tables={
                    stem: replace(table, infrequent_access=infrequent)
                    for stem, table in SETTING.tables.items()
                },
            ),
            USAGE,
            Load(1e6),
        )
    }
    of_risks = {"stream_reads"}
    assert everything | of_risks == set(PRICES.prices)
    assert all(each.source.startswith("https://aws.amazon.com/") for each in PRICES.prices.values())
    assert date.fromisoformat(PRICES.date) > date(2026, 1, 1)


def test_tiers_are_charged_one_after_another() -> None:
    price = PRICES.prices["api_requests"]
    assert price.of(333e6) == pytest.approx(333 * 3.50)
    assert price.of(334e6) == pytest.approx(333 * 3.50 + 2.80)
    assert price.of(1000e6) == pytest.approx(333 * 3.50 + 667 * 2.80)
    assert price.of(0) == 0


def test_idle_is_what_stands_there() -> None:
    idle = bill(0)
    assert idle.total == pytest.approx(idle.idle)
    assert set(idle.summed(lambda charge: charge.line.layer)) >= {"network", "alerting"}
    endpoints = next(charge.usd for charge in idle.charges() if charge.line.what == "interface endpoints")
    assert endpoints == pytest.approx(4 * 0.01 * 24 * 30.4)


def test_what_is_measured_is_what_the_code_does() -> None:
    single, batched, suspicious = USAGE.single, USAGE.batched, USAGE.suspicious
    for use in (single, batched, suspicious):
        assert use.events == 1
        assert use.functions[stems.DETECTOR].invocations == 1
        assert use.write_units[TRANSACTIONS] >= 1
        assert use.functions[stems.INGEST].calls == 1, "one conditional write"
    assert single.api_requests == suspicious.api_requests == 1
    assert batched.api_requests == pytest.approx(1 / MAXIMUM_BATCH)
    assert batched.functions[stems.INGEST].invocations == pytest.approx(1 / MAXIMUM_BATCH)
    assert single.messages == single.mails == batched.messages == 0
    assert suspicious.messages >= 1
    assert suspicious.mails >= 1


def test_the_file_has_what_readers_of_it_expect() -> None:
    content = bill().as_json()
    assert {
        *("per_day", "monthly_total", "idle_monthly", "marginal_per_million"),
        *("marginal_per_million_batched", "by_service", "by_layer"),
    } <= set(content)
    assert sum(content["by_layer"].values()) == pytest.approx(content["monthly_total"], abs=0.05)
    assert content["marginal_per_million_batched"] < content["marginal_per_million"]


def test_lines_below_the_level_cost_nothing() -> None:
    loud = bill(log_levels={"compute": "INFO", "alerting": "INFO"}).summed(lambda charge: charge.service)
    quiet = bill().summed(lambda charge: charge.service)
    assert 0 < quiet["CloudWatch Logs"] < 0.05 * loud["CloudWatch Logs"]


def test_more_memory_is_faster_until_a_whole_processor() -> None:
    times = [billed_seconds(4, 2, memory) for memory in (128, 256, 512, 1769, 3000)]
    assert times == sorted(times, reverse=True)
    assert times[-1] == times[-2] == pytest.approx(0.004 + 2 * 0.005)


def test_the_first_trace_of_a_second_comes_before_the_share() -> None:
    assert recorded(100, 0.05, 1) == 100
    assert recorded(2 * SECONDS_IN_A_MONTH, 0.05, 1) == pytest.approx(1.05 * SECONDS_IN_A_MONTH)


def test_a_peak_beyond_a_limit_is_said() -> None:
    within, beyond = list(limits(SETTING, USAGE, 100)), list(limits(SETTING, USAGE, 20_000))
    assert not any("MORE" in line for line in within)
    assert sum("MORE" in line for line in beyond) >= 4
    assert any("in arrays" in line and "within the API" in line for line in beyond)


def test_the_page_and_its_plot_are_well_formed() -> None:
    text = page.page(bill())
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len(tables) > 40
    assert "nan" not in text.lower().split()
    picture = ET.fromstring(page.picture(bill()))  # noqa: S314 - our own text
    assert len(picture.findall("{http://www.w3.org/2000/svg}polyline")) == 2
