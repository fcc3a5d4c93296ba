"""The comparison of two engines' states finds what it is for, and lets pass only what differs by nature."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from emulator.provider.values import SECRET, SIGNATURE
from tests.engine.agreement import Names, differences, of_checkpoint, of_embedded
from tools.local.engine.state import LayerState, ResourceState

URN = "urn:pulumi:dev::p::"
STACK, VPC, SUBNET = (
    f"{URN}{each}"
    for each in ("pulumi:pulumi:Stack::p-dev", "aws:ec2/vpc:Vpc::v", "aws:ec2/subnet:Subnet::s")
)


def checkpoint() -> dict[str, Any]:
    """As `pulumi stack export --show-secrets` prints it."""
    secret = {SIGNATURE: SECRET, "plaintext": '"hidden"'}
    return {
        "deployment": {
            "resources": [
                {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"key": secret}},
                {
                    "urn": VPC,
                    "type": "aws:ec2/vpc:Vpc",
                    "custom": True,
                    "id": "vpc-1",
                    "inputs": {"cidrBlock": "10.0.0.0/16"},
                    "outputs": {"arn": "arn:vpc-1", "mainRouteTableId": "rtb-1"},
                    "parent": STACK,
                    "propertyDependencies": {"cidrBlock": []},
                },
                {
                    "urn": SUBNET,
                    "type": "aws:ec2/subnet:Subnet",
                    "custom": True,
                    "id": "subnet-1",
                    "inputs": {"vpcId": "vpc-1", "routeTableId": "rtb-1"},
                    "outputs": {"vpcId": "vpc-1", "owner": "http://127.0.0.1:1/"},
                    "parent": STACK,
                    "dependencies": [VPC],
                    "propertyDependencies": {"vpcId": [VPC]},
                },
            ]
        }
    }


def state() -> LayerState:
    """The same on another embedded AWS, with ids of its own."""
    stack = ResourceState(STACK, "pulumi:pulumi:Stack", "p-dev", False, outputs={"key": "hidden"})
    stack.secret_outputs = ["key"]
    vpc = ResourceState(VPC, "aws:ec2/vpc:Vpc", "v", True, id="vpc-2", parent=STACK)
    vpc.inputs = {"cidrBlock": "10.0.0.0/16"}
    vpc.outputs = {"arn": "arn:vpc-2", "mainRouteTableId": "rtb-2"}
    subnet = ResourceState(SUBNET, "aws:ec2/subnet:Subnet", "s", True, id="subnet-2", parent=STACK)
    subnet.inputs = {"vpcId": "vpc-2", "routeTableId": "rtb-2"}
    subnet.outputs = {"vpcId": "vpc-2", "owner": "http://127.0.0.1:2/"}
    subnet.dependencies, subnet.property_dependencies = [VPC], {"vpcId": [VPC]}
    return LayerState("p", "dev", "layer", "instance", [stack, vpc, subnet])


def found(changed: LayerState) -> list[str]:
    real, embedded = {"layer": of_checkpoint(checkpoint())}, {"layer": of_embedded(changed)}
    names = Names(address=("http://127.0.0.1:1", "http://127.0.0.1:2"))
    names.learn(real, embedded)
    return list(differences(names.comparable(0, real), names.comparable(1, embedded)))


def test_the_same_with_other_ids_is_the_same() -> None:
    assert found(state()) == []


def _set(index: int, **values: Any) -> Callable[[LayerState], None]:
    def change(changed: LayerState) -> None:
        for name, value in values.items():
            setattr(changed.resources[index], name, value)

    return change


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_set(1, inputs={"cidrBlock": "10.1.0.0/16"}), f"{VPC}/inputs/cidrBlock"),
        (_set(2, inputs={"vpcId": "vpc-1", "routeTableId": "rtb-2"}), f"{SUBNET}/inputs/vpcId"),
        (_set(2, inputs={"vpcId": "vpc-2", "routeTableId": "rtb-3"}), f"{SUBNET}/inputs/routeTableId"),
        (_set(2, dependencies=[]), f"{SUBNET}/dependencies"),
        (_set(2, property_dependencies={}), f"{SUBNET}/property_dependencies/vpcId"),
        (_set(2, parent=VPC), f"{SUBNET}/parent"),
        (_set(2, protect=True), f"{SUBNET}/protect"),
        (_set(2, retain_on_delete=True), f"{SUBNET}/retain_on_delete"),
        (_set(2, external=True), f"{SUBNET}/external"),
        (_set(0, secret_outputs=[]), f"{STACK}/outputs/key"),
        (_set(1, secret_outputs=["arn"]), f"{VPC}/outputs/arn"),
        (lambda changed: changed.resources.pop(), SUBNET),
    ],
)
def test_whatever_else_differs_is_told_with_its_place(
    change: Callable[[LayerState], None], where: str
) -> None:
    changed = copy.deepcopy(state())
    change(changed)
    (line,) = found(changed)
    assert line.startswith(f"/layer/{where}: ")


def test_a_resource_that_stands_twice_in_a_state_is_not_compared() -> None:
    changed = state()
    changed.resources.append(copy.deepcopy(changed.resources[1]))
    with pytest.raises(AssertionError, match="stands twice"):
        found(changed)
