"""A detector that waits for nobody."""

import pytest

from stacks.compute.functions.detector import detection as detection_module
from stacks.compute.functions.detector.detection import Detection
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.detector.detecting import detector_with


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection_module, "pause", lambda _: None)


@pytest.fixture
def detector(cloud: Cloud) -> Detection:
    return detector_with(cloud.profiles(), cloud)
