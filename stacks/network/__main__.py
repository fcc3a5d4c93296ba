"""Entry point of the Pulumi project ``fraud-network``."""

from shared.infra.contracts import publish
from stacks.network.program import build
from stacks.network.settings import NetworkSettings

publish(build(NetworkSettings.read()))
