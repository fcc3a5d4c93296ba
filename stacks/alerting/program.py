"""The alerting layer: notifies the security team of fraud, and the operators of pipeline failures."""

import pulumi

from shared.infra.contracts import AlertingContract, ComputeContract, DataContract, NetworkContract
from shared.infra.provider import aws_provider
from stacks.alerting.alarms import alarms
from stacks.alerting.budget import budget
from stacks.alerting.canary import canary
from stacks.alerting.dashboard import dashboard
from stacks.alerting.notifier import notifier
from stacks.alerting.settings import AlertingSettings
from stacks.alerting.subscriptions import subscriptions


def build(
    settings: AlertingSettings, network: NetworkContract, data: DataContract, compute: ComputeContract
) -> AlertingContract:
    """Register the layer's resources."""
    names = settings.names
    opts = pulumi.ResourceOptions(provider=aws_provider("alerting", names, [network.account_id]))
    function = notifier(settings, network, data, compute, opts)
    subscriptions(settings, data, opts)
    budget(settings, opts)
    canary(settings, network, opts)
    return AlertingContract(
        environment_suffix=names.suffix,
        notifier_function_name=function.name,
        dashboard_name=dashboard(names, data, compute, function.name, opts).dashboard_name,
        alarm_names=alarms(settings, data, compute, function.name, opts),
    )
