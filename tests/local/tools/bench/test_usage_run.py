"""What `make cost` puts a price on is what the pipeline uses: measured again, it is the same."""

from dataclasses import asdict
from typing import Any

import pytest

from tools.bench import usage
from tools.operate.cost.usage import Usage

AGAIN = "the pipeline uses something else than tools/operate/cost/usage.json says; run: make cost-usage"
UNITS_THAT_VARY = 0.35
"""The population learns from a sample, and now and then a worker reads it anew."""
READINGS_THAT_VARY = 5.0
"""Units: each suspicious payment teaches the season, and where two workers do so at once, one reads anew."""
SHARE_THAT_VARIES = 0.15


@pytest.fixture(scope="module")
def measured() -> Usage:
    return usage.measure()


@pytest.mark.parametrize("name", ["single", "batched", "suspicious"])
def test_the_model_s_counts_are_those_of_a_run(measured: Usage, name: str) -> None:
    found, kept = asdict(getattr(measured, name)), asdict(getattr(Usage.read(), name))
    _agree(found, kept, name)


def test_items_have_the_size_that_storage_is_priced_by(measured: Usage) -> None:
    for table, size in Usage.read().item_bytes.items():
        assert measured.item_bytes[table] == pytest.approx(size, rel=SHARE_THAT_VARIES), f"{table}: {AGAIN}"


def _agree(found: dict[str, Any], kept: dict[str, Any], where: str) -> None:
    assert set(found) == set(kept)
    for key, value in kept.items():
        if isinstance(value, dict):
            _agree(found[key], value, f"{where}.{key}")
        elif where.endswith("log_bytes"):
            assert found[key] == pytest.approx(value, rel=SHARE_THAT_VARIES, abs=5), f"{where}.{key}: {AGAIN}"
        elif key == "cpu_milliseconds":  # of this machine, at this moment
            assert found[key] >= 0
        elif key.endswith("bytes"):
            assert found[key] == pytest.approx(value, rel=SHARE_THAT_VARIES, abs=5), f"{where}.{key}: {AGAIN}"
        else:
            varies = READINGS_THAT_VARY if where == "suspicious.read_units" else UNITS_THAT_VARY
            assert found[key] == pytest.approx(value, abs=varies), f"{where}.{key}: {AGAIN}"
