"""CloudWatch Logs: log groups."""

from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties, Resource, changed, frozen
from emulator.provider.values import pruned


class LogGroup(Resource):
    """`aws.cloudwatch.LogGroup`."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    modelled = frozenset({"name", "kmsKeyId", "retentionInDays", "skipDestroy"})
    replace_on = frozenset({"name"})
    defaults = frozen({"retentionInDays": 0, "skipDestroy": False})
    auto_name = "name"
    write_only = frozenset({"skipDestroy"})
    absent = frozen({"deletionProtectionEnabled": False, "logGroupClass": "STANDARD", "namePrefix": ""})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A group under its key; the name is the id."""
        cloud.client("logs").create_log_group(
            **pruned(
                logGroupName=inputs["name"],
                kmsKeyId=inputs.get("kmsKeyId"),
                tags=dict(inputs.get("tags") or {}) or None,
            )
        )
        return str(inputs["name"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Retention has a call of its own; 0 means for ever."""
        if inputs["retentionInDays"]:
            self._set_retention(cloud, resource_id, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The group among those whose names begin alike."""
        del known
        logs = cloud.client("logs")
        groups = logs.describe_log_groups(logGroupNamePrefix=resource_id)["logGroups"]
        group = next((each for each in groups if each["logGroupName"] == resource_id), None)
        if group is None:
            return None
        arn = cloud.arn("logs", f"log-group:{resource_id}")
        return {
            "arn": arn,
            "name": resource_id,
            "kmsKeyId": group.get("kmsKeyId"),
            "retentionInDays": group.get("retentionInDays", 0),
            "tags": logs.list_tags_for_resource(resourceArn=arn).get("tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Key, retention and tags."""
        logs = cloud.client("logs")
        if changed(old, new, "kmsKeyId"):
            if new.get("kmsKeyId"):
                logs.associate_kms_key(logGroupName=resource_id, kmsKeyId=new["kmsKeyId"])
            else:
                logs.disassociate_kms_key(logGroupName=resource_id)
        if changed(old, new, "retentionInDays"):
            self._set_retention(cloud, resource_id, new)
        added, removed = tags.changes(old, new)
        arn = cloud.arn("logs", f"log-group:{resource_id}")
        if removed:
            logs.untag_resource(resourceArn=arn, tagKeys=removed)
        if added:
            logs.tag_resource(resourceArn=arn, tags=added)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """With all its streams, unless the program wants it kept."""
        if not known.get("skipDestroy"):
            cloud.client("logs").delete_log_group(logGroupName=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return inputs["name"] if self.read(cloud, inputs["name"], {}) else None

    def _set_retention(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        if days := inputs["retentionInDays"]:
            cloud.client("logs").put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            cloud.client("logs").delete_retention_policy(logGroupName=name)
