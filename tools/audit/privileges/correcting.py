"""Every resource of a layer, brought back from something else: tags, and what may change in place.

This is what a deployment does after somebody has changed the resource in the console, and the same calls
change it to something new.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from emulator.provider.cloud import Cloud
from emulator.provider.provider import Provider
from tools.audit.privileges.account import Account
from tools.local.engine.state import ResourceState

Inputs = Mapping[str, Any]

_ELSE: Final[Mapping[str, Sequence[Inputs]]] = {
    "aws:apigateway/requestValidator:RequestValidator": [{"validateRequestBody": False}],
    "aws:cloudwatch/eventBus:EventBus": [{"description": "another"}],
    "aws:cloudwatch/logGroup:LogGroup": [{"kmsKeyId": "another"}],
    "aws:dynamodb/table:Table": [
        {"pointInTimeRecovery": None},
        {"deletionProtectionEnabled": True},
    ],
    "aws:ec2/routeTableAssociation:RouteTableAssociation": [{"routeTableId": "rtb-another"}],
    "aws:ec2/subnet:Subnet": [{"mapPublicIpOnLaunch": True}],
    "aws:ec2/vpcEndpoint:VpcEndpoint": [
        {"policy": "{}"},
        {"routeTableIds": []},
        {"subnetIds": []},
        {"securityGroupIds": []},
    ],
    "aws:iam/role:Role": [
        {"description": "another"},
        {"maxSessionDuration": 7200},
        {"permissionsBoundary": None},
    ],
    "aws:kms/alias:Alias": [{"targetKeyId": "another"}],
    "aws:kms/key:Key": [
        {"description": "another"},
        {"policy": "{}"},
        {"isEnabled": False},
        {"enableKeyRotation": False},
    ],
    "aws:lambda/eventSourceMapping:EventSourceMapping": [{"batchSize": 1}],
    "aws:lambda/function:Function": [{"timeout": 1}, {"reservedConcurrentExecutions": 1}],
    "aws:pipes/pipe:Pipe": [{"description": "another"}],
    "aws:sns/topicSubscription:TopicSubscription": [{"rawMessageDelivery": True}],
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [{"description": "another"}],
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [{"description": "another"}],
    "aws:xray/samplingRule:SamplingRule": [{"priority": 1}],
}
"""Type -> inputs that it might have instead of its own, each with a call of its own."""


def correct(account: Account, layer: str, cloud: Cloud) -> None:
    """Bring each resource of a layer back as whoever `cloud` is, but code, which the next deployment sends.

    Raises:
        ProviderError: A call was refused.
    """
    with account.store.locked(layer):
        state = account.store.own(layer)
        if state is None:
            raise ValueError(f"{layer} is not deployed")
        provider = Provider(cloud)
        for resource in filter(lambda each: each.is_real, state.resources):
            for other in _others(resource):
                resource.id, _ = provider.update(
                    resource.type,
                    resource.id,
                    {**resource.inputs, **other},
                    resource.outputs,
                    resource.inputs,
                )
            if "code" in resource.inputs:
                # The state has a zip's hash alone: with another one, the next deployment sends the zip.
                resource.inputs["code"]["hash"] = "another"
        account.store.write(state)


def _others(resource: ResourceState) -> Iterator[Inputs]:
    if tags := resource.inputs.get("tags"):
        missing = next(iter(sorted(tags)))
        yield {"tags": {name: value for name, value in tags.items() if name != missing}}
        yield {"tags": {**tags, "SomebodyElses": "tag"}}
    yield from _ELSE.get(resource.type, ())
