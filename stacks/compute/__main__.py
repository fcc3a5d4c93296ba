"""Entry point of the Pulumi project ``fraud-compute``."""

from shared.infra.contracts import publish
from shared.infra.references import read_data, read_network
from stacks.compute.program import build
from stacks.compute.settings import ComputeSettings

settings = ComputeSettings.read()
publish(build(settings, read_network(settings.names), read_data(settings.names)))
