"""Messages name commands as where nobody has set anything, though `make test` runs under a Makefile."""

import pytest

from tools.deploy import hints


@pytest.fixture(autouse=True)
def _no_settings_of_a_makefile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (hints.SETTINGS_VARIABLE, "PULUMI"):
        monkeypatch.delenv(name, raising=False)
