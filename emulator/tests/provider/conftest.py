"""One emulator for the tests of a module, and a provider that talks to it."""

from collections.abc import Iterator

import pytest

from emulator.provider.cloud import Cloud
from emulator.provider.provider import Provider
from emulator.tests.process import running_emulator


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_emulator(tmp_path_factory.mktemp("emulator")) as (emulator, _):
        yield Cloud.of(emulator)


@pytest.fixture(scope="module")
def provider(cloud: Cloud) -> Provider:
    provider = Provider(cloud)
    provider.configure({"defaultTags": '{"tags": {"Project": "contract-tests", "Owner": "default"}}'})
    return provider
