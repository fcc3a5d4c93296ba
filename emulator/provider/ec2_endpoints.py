"""EC2: VPC endpoints, gateway and interface."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.ec2 import Ec2Resource, search
from emulator.provider.resource import CheckFailure, Clients, Place, Properties, changed, frozen, words

_LISTS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}
"""List property -> API field; elements are added and removed individually."""

_DYNAMODB_PREFIX_LIST = "pl-02cd2c6b"
"""The AWS-managed prefix list of DynamoDB in us-east-1."""


class VpcEndpoint(Ec2Resource):
    """`aws.ec2.VpcEndpoint`."""

    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    kind, id_prefix, id_name = "vpc-endpoint", "vpce", "VpcEndpointId"
    listing = ("describe_vpc_endpoints", "VpcEndpoints")
    creating = ("create_vpc_endpoint", "VpcEndpoint")
    sent = words("vpcId serviceName vpcEndpointType policy privateDnsEnabled") | _LISTS.keys()
    told = words("state")
    names = {"policy": "PolicyDocument"}
    modelled = sent | {"autoAccept"}
    replace_on = frozenset({"vpcId", "serviceName", "vpcEndpointType"})
    defaults = frozen({"vpcEndpointType": "Gateway"})
    unordered = frozenset(_LISTS)
    documents = frozenset({"policy"})
    write_only = frozenset({"autoAccept"})
    computed = frozenset({"policy", "privateDnsEnabled", *_LISTS})
    volatile = frozenset({"dnsEntries", "networkInterfaceIds", "subnetConfigurations"})
    absent = frozen({"ipAddressType": "ipv4"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check that gateway endpoints have route tables, and interface endpoints subnets and groups."""
        yield from super().check(inputs)
        gateway = inputs["vpcEndpointType"] == "Gateway"
        for name in ("subnetIds", "securityGroupIds", "privateDnsEnabled") if gateway else ("routeTableIds",):
            if inputs.get(name):
                yield CheckFailure(name, f"does not apply to a {inputs['vpcEndpointType']} endpoint")

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the endpoint, and the prefix list of a gateway endpoint."""
        endpoint = self.described(cloud, resource_id)
        if endpoint["State"] == "deleted":
            return None
        subnets, kind = endpoint.get("SubnetIds", []), endpoint["VpcEndpointType"]
        return {
            **self.shared(cloud, resource_id, endpoint),
            "serviceRegion": cloud.region,
            "privateDnsEnabled": bool(endpoint.get("PrivateDnsEnabled")) and kind != "Gateway",
            "routeTableIds": endpoint.get("RouteTableIds", []),
            "subnetIds": subnets,
            "subnetConfigurations": [{"subnetId": each} for each in subnets],
            "securityGroupIds": [group["GroupId"] for group in endpoint.get("Groups", [])],
            "networkInterfaceIds": endpoint.get("NetworkInterfaceIds", []),
            "dnsEntries": [
                {"dnsName": entry.get("DnsName", ""), "hostedZoneId": entry.get("HostedZoneId", "")}
                for entry in endpoint.get("DnsEntries", [])
            ],
            "requesterManaged": bool(endpoint.get("RequesterManaged")),
            **self._prefix_list(cloud.client("ec2"), endpoint),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        change: dict[str, Any] = {}
        if changed(old, new, "policy"):
            change |= {"PolicyDocument": new["policy"]} if new.get("policy") else {"ResetPolicy": True}
        if changed(old, new, "privateDnsEnabled"):
            change["PrivateDnsEnabled"] = bool(new.get("privateDnsEnabled"))
        for name, field in _LISTS.items():
            before, after = set(old.get(name) or ()), set(new.get(name) or ())
            change |= {f"Add{field}": sorted(after - before)} if after - before else {}
            change |= {f"Remove{field}": sorted(before - after)} if before - after else {}
        if change:
            cloud.client("ec2").modify_vpc_endpoint(VpcEndpointId=resource_id, **change)
        super().update(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Raise if the response lists the endpoint as unsuccessful: EC2 returns no error."""
        answer = cloud.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[resource_id])
        for refused in answer.get("Unsuccessful") or []:
            raise ValueError(refused["Error"]["Message"])

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Find by VPC and service, ignoring deleted endpoints, which AWS lists for up to an hour."""
        wanted = {"vpc-id": inputs["vpcId"], "service-name": inputs["serviceName"]}
        found = search(aws, *self.listing, **wanted)
        return [str(each["VpcEndpointId"]) for each in found if not each["State"].lower().startswith("delet")]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        endpoint_id, outputs = super().foretold(place, name, inputs)
        gateway = inputs.get("vpcEndpointType", "Gateway") == "Gateway"
        return endpoint_id, {**outputs, **({"prefixListId": _DYNAMODB_PREFIX_LIST} if gateway else {})}

    def _prefix_list(self, ec2: Any, endpoint: dict[str, Any]) -> dict[str, Any]:
        if endpoint["VpcEndpointType"] != "Gateway":
            return {"prefixListId": "", "cidrBlocks": []}
        filters = [{"Name": "prefix-list-name", "Values": [endpoint["ServiceName"]]}]
        lists = ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
        if not lists:
            raise ValueError(f"no managed prefix list for {endpoint['ServiceName']}")
        entries = ec2.get_managed_prefix_list_entries(PrefixListId=lists[0]["PrefixListId"])["Entries"]
        return {
            "prefixListId": lists[0]["PrefixListId"],
            "cidrBlocks": [entry["Cidr"] for entry in entries],
        }
