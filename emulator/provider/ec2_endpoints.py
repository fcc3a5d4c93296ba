"""EC2: VPC endpoints, gateway and interface."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, changed, frozen
from emulator.provider.values import pruned

_LISTS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}
"""List properties and their names in the API, where they are added and removed one by one."""


class VpcEndpoint(Resource):
    """`aws.ec2.VpcEndpoint`."""

    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    modelled = frozenset(
        {"vpcId", "serviceName", "vpcEndpointType", "policy", "privateDnsEnabled", "autoAccept", *_LISTS}
    )
    replace_on = frozenset({"vpcId", "serviceName", "vpcEndpointType"})
    defaults = frozen({"vpcEndpointType": "Gateway"})
    unordered = frozenset(_LISTS)
    documents = frozenset({"policy"})
    write_only = frozenset({"autoAccept"})
    computed = frozenset({"policy", "privateDnsEnabled", *_LISTS})
    volatile = frozenset({"dnsEntries", "networkInterfaceIds", "subnetConfigurations"})
    absent = frozen({"dnsOptions": {}, "ipAddressType": "ipv4"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Gateway endpoints have routes, interface endpoints have subnets and groups."""
        gateway = inputs["vpcEndpointType"] == "Gateway"
        for name in ("subnetIds", "securityGroupIds", "privateDnsEnabled") if gateway else ("routeTableIds",):
            if inputs.get(name):
                yield CheckFailure(name, f"does not apply to a {inputs['vpcEndpointType']} endpoint")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """An endpoint with its policy."""
        made = cloud.client("ec2").create_vpc_endpoint(
            **pruned(
                VpcId=inputs["vpcId"],
                ServiceName=inputs["serviceName"],
                VpcEndpointType=inputs["vpcEndpointType"],
                PolicyDocument=inputs.get("policy"),
                PrivateDnsEnabled=inputs.get("privateDnsEnabled"),
                TagSpecifications=tags.specification("vpc-endpoint", inputs),
                **{field: inputs.get(name) for name, field in _LISTS.items()},
            )
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The endpoint; a gateway's prefix list has a call of its own."""
        del known
        ec2 = cloud.client("ec2")
        endpoint = ec2.describe_vpc_endpoints(VpcEndpointIds=[resource_id])["VpcEndpoints"][0]
        if endpoint["State"] == "deleted":
            return None
        subnets, kind = endpoint.get("SubnetIds", []), endpoint["VpcEndpointType"]
        return {
            "arn": cloud.arn("ec2", f"vpc-endpoint/{resource_id}"),
            "ownerId": cloud.account_id,
            "vpcId": endpoint["VpcId"],
            "serviceName": endpoint["ServiceName"],
            "serviceRegion": cloud.region,
            "vpcEndpointType": kind,
            "policy": endpoint.get("PolicyDocument"),
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
            "state": endpoint["State"],
            "tags": tags.as_map(endpoint.get("Tags")),
            **self._prefix_list(ec2, endpoint),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Policy, private DNS and the lists."""
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
        tags.update_ec2(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Refusals come in the answer, not as an error."""
        del known
        answer = cloud.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[resource_id])
        for refused in answer.get("Unsuccessful") or []:
            raise ValueError(refused["Error"]["Message"])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By service within the VPC."""
        wanted = {"vpc-id": inputs["vpcId"], "service-name": inputs["serviceName"]}
        filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
        for endpoint in cloud.client("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]:
            if endpoint["State"] != "deleted":
                return str(endpoint["VpcEndpointId"])
        return None

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
