"""Callers that sign changes to lists, snoozes and rules, and the table behind the API."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import Standing
from stacks.compute.functions.verdicts.second_person import Limits
from tests.unit.tools.analyst.api_in_memory import ANA
from tests.unit.tools.analyst.table import Table

NOW = 1_795_392_000_000
DAY = 86_400_000
KEY = "controls#account#a-1"
LIMITS = Limits(30, 1000, rules_alone=True)
Answer = tuple[int, dict[str, Any]]


class Desk:
    """Call the API as a given person at a given time."""

    def __init__(self, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table, self.now = table, NOW
        monkeypatch.setattr("time.time_ns", lambda: self.now * 1_000_000)

    def put(self, path: str, caller: str | None = ANA, **body: Any) -> Answer:
        answered = self.table.api.put(f"/{path}", json.dumps({"decided_by": "Ana", **body}), caller)
        return answered["statusCode"], json.loads(answered["body"])

    def allow(self, caller: str | None = ANA, **body: Any) -> Answer:
        return self.put("controls", caller, account_id="a-1", list="allow", **body)

    def item(self, key: str = KEY) -> dict[str, Any] | None:
        return next((each for each in self.table.items() if each["profile_id"] == key), None)


EDITS = st.fixed_dictionaries(
    {},
    optional={
        "list": st.sampled_from([*Standing, "none"]),
        "until": st.integers(NOW + 1, NOW + 90 * DAY),
        "snoozed_until": st.just(0) | st.integers(NOW + 1, NOW + 30 * DAY),
        "up_to": st.integers(0, 5000),
    },
)
