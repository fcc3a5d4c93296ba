"""CloudWatch Logs: log groups."""

from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared
from emulator.provider.resource import Properties, changed, frozen


class LogGroup(Declared):
    """`aws.cloudwatch.LogGroup`."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    service = "logs"
    capitals = False
    modelled = frozenset({"name", "kmsKeyId", "retentionInDays", "skipDestroy"})
    names = {"name": "logGroupName"}
    defaults = frozen({"retentionInDays": 0, "skipDestroy": False})
    auto_name = "name"
    write_only = unsent = frozenset({"skipDestroy"})
    absent = frozen({"logGroupClass": "STANDARD"})
    creating, reading, deleting = "create_log_group", "describe_log_groups", "delete_log_group"
    described_in = "logGroups"
    arn_form = ("logs", "log-group:{name}")
    tagged = True
    encrypted_by = "kmsKeyId"

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        return {name: value for name, value in super().arguments(inputs).items() if name != "retentionInDays"}

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Set the retention, which needs a separate call; 0 means never expire."""
        if inputs["retentionInDays"]:
            self._set_retention(cloud, inputs)

    def question(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"logGroupNamePrefix": known["name"]}

    def properties(self, found: Properties) -> dict[str, Any]:
        return {"kmsKeyId": found.get("kmsKeyId"), "retentionInDays": found.get("retentionInDays", 0)}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        named = {"logGroupName": resource_id}
        if changed(old, new, "kmsKeyId"):
            if new.get("kmsKeyId"):
                self.call(cloud, "associate_kms_key", {**named, "kmsKeyId": new["kmsKeyId"]})
            else:
                self.call(cloud, "disassociate_kms_key", named)
        if changed(old, new, "retentionInDays"):
            self._set_retention(cloud, new)
        tags.update(cloud, "logs", cloud.arn("logs", f"log-group:{resource_id}"), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the group and its streams, unless `skipDestroy` is set."""
        if not known.get("skipDestroy"):
            super().delete(cloud, resource_id, known)

    def _set_retention(self, cloud: Cloud, inputs: Properties) -> None:
        named, days = {"logGroupName": inputs["name"]}, inputs["retentionInDays"]
        if days:
            self.call(cloud, "put_retention_policy", {**named, "retentionInDays": days})
        else:
            self.call(cloud, "delete_retention_policy", named)
