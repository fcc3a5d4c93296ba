"""Entry point of the Pulumi project ``fraud-alerting``."""

from shared.infra.contracts import publish
from shared.infra.references import read_compute, read_data, read_network
from stacks.alerting.program import build
from stacks.alerting.settings import AlertingSettings

settings = AlertingSettings.read()
names = settings.names
publish(build(settings, read_network(names), read_data(names), read_compute(names)))
