"""The table of profiles in this process, the API that changes it, and outputs that lead to both."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.analyst.api_in_memory import Api
from tests.unit.tools.analyst.records_in_memory import InMemory, records_in_memory

TABLE = "profiles-dev"


@dataclass(frozen=True)
class Table:
    """The table, a file of outputs, and the API."""

    memory: InMemory
    api: Api

    @property
    def dynamodb(self) -> Any:
        return self.memory.dynamodb

    @property
    def outputs(self) -> Path:
        return self.memory.outputs

    def items(self) -> list[dict[str, Any]]:
        """What is in force, as plain values."""
        everything = self.memory.items("profiles")
        return [each for each in everything if not each["profile_id"].startswith(("history#", "waiting#"))]

    def history(self) -> list[dict[str, Any]]:
        """Every change, the first one first."""
        found = [each for each in self.memory.items("profiles") if each["profile_id"].startswith("history#")]
        return sorted(found, key=lambda each: (each["at"], each["revision"]))

    def put(self, item: Mapping[str, Any]) -> None:
        """Write an item by hand."""
        self.memory.put("profiles", item)


@contextmanager
def table_in_memory(monkeypatch: pytest.MonkeyPatch, directory: Path, **settings: str) -> Iterator[Table]:
    """Keep a table as long as the block lasts."""
    with records_in_memory(monkeypatch, directory) as memory:
        api = Api.over(memory.dynamodb, **settings)
        api.serve(monkeypatch)
        yield Table(memory, api)
