"""Entry point of the Pulumi project ``fraud-data``."""

from shared.infra.contracts import publish
from shared.infra.references import read_network
from stacks.data.program import build
from stacks.data.settings import DataSettings

settings = DataSettings.read()
publish(build(settings, read_network(settings.names)))
