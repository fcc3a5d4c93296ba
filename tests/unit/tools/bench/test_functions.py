"""The benchmark starts the functions with all that they read."""

from collections.abc import Callable, Mapping

import pytest

from stacks.alerting.functions.notifier.settings import NotifierSettings
from stacks.compute.functions.detector.settings import DetectorSettings
from stacks.compute.functions.ingest.settings import IngestSettings
from stacks.compute.functions.verdicts.settings import VerdictsSettings
from tools.bench.functions import ENVIRONMENT

SETTINGS = (IngestSettings, DetectorSettings, VerdictsSettings, NotifierSettings)


@pytest.mark.parametrize("read", [each.read for each in SETTINGS], ids=[each.__name__ for each in SETTINGS])
def test_no_variable_is_missing(read: Callable[[Mapping[str, str]], object]) -> None:
    assert read(ENVIRONMENT)
