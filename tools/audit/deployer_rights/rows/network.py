"""EC2: VPC, subnets, routes, security groups, endpoints.

EC2 numbers what it makes, so that an ARN is known in its kind alone; the tags do the rest: what is made must
be given those of the layer (aws:RequestTag), what is changed or deleted must have them (aws:ResourceTag).

Sources: internal/service/ec2/{vpc_,vpc_subnet,vpc_route_table,vpc_route_table_association,vpc_security_group,
vpc_default_security_group,vpc_security_group_egress_rule,vpc_endpoint,vpc_network_interface}.go of
terraform-provider-aws; "Actions, resources, and condition keys for Amazon EC2" in the service authorization
reference; "Grant permission to tag Amazon EC2 resources during creation" in the EC2 user guide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tools.audit.deployer_rights.grants import UNCLAIMED, Grant, Scope, both
from tools.audit.deployer_rights.rows.row import Row, look_anywhere
from tools.deploy.program_runner.recorded import Resource

_TAGGED = "EC2 numbers what it makes; the tags in the condition say that it is this layer's"
_DESCRIBE = "DescribeNetwork"


def _made(scope: Scope, action: str, kind: str, stands_on: tuple[str, ...] = ()) -> Iterator[Grant]:
    """Make one kind of resource, with the layer's tags, on resources that have them."""
    made = scope.arn("ec2", f"{kind}/*")
    yield Grant(f"{action}Tagged", (f"ec2:{action}",), (made,), scope.made_by_layer, reason=_TAGGED)
    by_this: Mapping[str, Mapping[str, tuple[str, ...]]] = {"StringEquals": {"ec2:CreateAction": (action,)}}
    conditions = both(scope.made_by_layer, by_this)
    yield Grant(f"Tag{action}", ("ec2:CreateTags",), (made,), conditions, reason=_TAGGED)
    if stands_on:
        below = tuple(scope.arn("ec2", f"{each}/*") for each in stands_on)
        yield Grant(f"{action}On", (f"ec2:{action}",), below, scope.of_layer, reason=_TAGGED)
    yield _owned(scope, kind, "ec2:CreateTags", "ec2:DeleteTags")


def _owned(scope: Scope, kind: str, *actions: str) -> Grant:
    """Changes or deletes one kind of resource that has the layer's tags."""
    sid = "Change" + "".join(part.capitalize() for part in kind.split("-"))
    return Grant(sid, actions, (scope.arn("ec2", f"{kind}/*"),), scope.of_layer, reason=_TAGGED)


def _vpc(scope: Scope, _: Resource) -> Iterator[Grant]:
    yield from _made(scope, "CreateVpc", "vpc")
    yield _owned(scope, "vpc", "ec2:ModifyVpcAttribute", "ec2:DeleteVpc")
    yield look_anywhere(
        scope,
        _DESCRIBE,
        "ec2:DescribeVpcs",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
    )
    yield Grant(
        "DescribeVpcAttribute",
        ("ec2:DescribeVpcAttribute",),
        (scope.arn("ec2", "vpc/*"),),
        scope.of_layer,
        reads=True,
        reason=_TAGGED,
    )


def _subnet(scope: Scope, _: Resource) -> Iterator[Grant]:
    yield from _made(scope, "CreateSubnet", "subnet", ("vpc",))
    yield _owned(scope, "subnet", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet")
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeSubnets")
    yield from _left_by_lambda(scope)


def _left_by_lambda(scope: Scope) -> Iterator[Grant]:
    """Yield what Lambda leaves behind in a subnet or a security group goes before these can."""
    found = look_anywhere(scope, "FindInterfacesLeftByLambda", "ec2:DescribeNetworkInterfaces")
    yield replace(found, reads=False)
    yield Grant(
        "DeleteInterfacesLeftByLambda",
        ("ec2:DeleteNetworkInterface",),
        (scope.arn("ec2", "network-interface/*"),),
        scope.in_region,
        reason="Lambda tags no network interface; AWS deletes none that is in use",
    )


def _route_table(scope: Scope, _: Resource) -> Iterator[Grant]:
    yield from _made(scope, "CreateRouteTable", "route-table", ("vpc",))
    yield _owned(scope, "route-table", "ec2:DeleteRouteTable")
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeRouteTables")


def _route_table_association(scope: Scope, _: Resource) -> Iterator[Grant]:
    yield Grant(
        "AssociateRouteTables",
        ("ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation", "ec2:DisassociateRouteTable"),
        (scope.arn("ec2", "route-table/*"), scope.arn("ec2", "subnet/*")),
        scope.of_layer,
        reason=_TAGGED,
    )
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeRouteTables")


def _default_security_group(scope: Scope, _: Resource) -> Iterator[Grant]:
    """AWS makes it with the VPC and without tags: it is tagged first, and emptied as a tagged one."""
    yield Grant(
        "AdoptDefaultSecurityGroup",
        ("ec2:CreateTags",),
        (scope.arn("ec2", "security-group/*"),),
        both(scope.made_by_layer, UNCLAIMED, {"Null": {"ec2:CreateAction": ("true",)}}),
        reason="AWS makes a VPC's default group without tags; one that a layer has tagged stays out of reach",
    )
    yield _owned(
        scope,
        "security-group",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:CreateTags",
        "ec2:DeleteTags",
    )
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeSecurityGroups")


def _security_group(scope: Scope, _: Resource) -> Iterator[Grant]:
    yield from _made(scope, "CreateSecurityGroup", "security-group", ("vpc",))
    # Every new group lets everything out; the provider takes that rule away.
    yield _owned(scope, "security-group", "ec2:RevokeSecurityGroupEgress", "ec2:DeleteSecurityGroup")
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeSecurityGroups")
    yield from _left_by_lambda(scope)


def _rule(direction: str) -> Row:
    def row(scope: Scope, _: Resource) -> Iterator[Grant]:
        authorize = f"AuthorizeSecurityGroup{direction}"
        yield from _made(scope, authorize, "security-group-rule", ("security-group",))
        yield _owned(
            scope, "security-group", f"ec2:RevokeSecurityGroup{direction}", "ec2:ModifySecurityGroupRules"
        )
        yield _owned(scope, "security-group-rule", "ec2:ModifySecurityGroupRules")
        yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeSecurityGroupRules")

    return row


def _endpoint(scope: Scope, resource: Resource) -> Iterator[Grant]:
    below = ("vpc", "route-table", "subnet", "security-group")
    for grant in _made(scope, "CreateVpcEndpoint", "vpc-endpoint", below):
        if grant.sid != "CreateVpcEndpointTagged":
            yield grant
    service = resource.inputs["serviceName"]
    yield Grant(
        f"Create{service.rpartition('.')[2].capitalize()}Endpoint",
        ("ec2:CreateVpcEndpoint",),
        (scope.arn("ec2", "vpc-endpoint/*"),),
        both(scope.made_by_layer, {"StringEquals": {"ec2:VpceServiceName": (service,)}}),
        reason=_TAGGED,
    )
    yield _owned(scope, "vpc-endpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints")
    yield Grant(
        "ModifyVpcEndpointOn",
        ("ec2:ModifyVpcEndpoint",),
        tuple(scope.arn("ec2", f"{each}/*") for each in below[1:]),
        scope.of_layer,
        reason=_TAGGED,
    )
    yield look_anywhere(scope, _DESCRIBE, "ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists")
    if resource.inputs.get("privateDnsEnabled"):
        yield Grant(
            "PrivateNamesOfEndpoints",
            ("route53:AssociateVPCWithHostedZone",),
            ("arn:aws:route53:::hostedzone/*",),
            reason="the zone of an interface endpoint's private names is AWS's own",
        )


ROWS: Mapping[str, Row] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/routeTable:RouteTable": _route_table,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _route_table_association,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_security_group,
    "aws:ec2/securityGroup:SecurityGroup": _security_group,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("Egress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("Ingress"),
}
