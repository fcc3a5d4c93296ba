"""KMS: customer-managed keys and their aliases."""

from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties, Resource, changed, frozen
from emulator.provider.values import pruned

_TAG = {"key": "TagKey", "value": "TagValue"}
_LONGEST_WINDOW = 30


class Key(Resource):
    """`aws.kms.Key`. Deleting one schedules its deletion: KMS keeps it, unusable, until the window ends."""

    token = "aws:kms/key:Key"
    modelled = frozenset(
        {
            "bypassPolicyLockoutSafetyCheck",
            "customerMasterKeySpec",
            "deletionWindowInDays",
            "description",
            "enableKeyRotation",
            "isEnabled",
            "keyUsage",
            "multiRegion",
            "policy",
            "rotationPeriodInDays",
        }
    )
    replace_on = frozenset({"customerMasterKeySpec", "keyUsage", "multiRegion"})
    defaults = frozen(
        {
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        }
    )
    documents = frozenset({"policy"})
    write_only = frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"})
    computed = frozenset({"description", "multiRegion", "policy", "rotationPeriodInDays"})
    absent = frozen({"multiRegion": False, "rotationPeriodInDays": 0})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A key with its policy and tags."""
        made = cloud.client("kms").create_key(
            **pruned(
                Policy=inputs.get("policy"),
                Description=inputs.get("description"),
                KeyUsage=inputs["keyUsage"],
                KeySpec=inputs["customerMasterKeySpec"],
                MultiRegion=inputs.get("multiRegion"),
                BypassPolicyLockoutSafetyCheck=inputs["bypassPolicyLockoutSafetyCheck"],
                Tags=tags.as_list(inputs.get("tags"), **_TAG) or None,
            )
        )
        return str(made["KeyMetadata"]["KeyId"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Rotation and disabling have calls of their own."""
        self._switch(cloud, resource_id, {"enableKeyRotation": False, "isEnabled": True}, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """A key whose deletion is scheduled counts as gone."""
        del known
        kms = cloud.client("kms")
        key = kms.describe_key(KeyId=resource_id)["KeyMetadata"]
        if key["KeyState"] == "PendingDeletion":
            return None
        rotation = kms.get_key_rotation_status(KeyId=resource_id)
        return {
            "arn": key["Arn"],
            "keyId": resource_id,
            "description": key.get("Description") or "",
            "customerMasterKeySpec": key["KeySpec"],
            "keyUsage": key["KeyUsage"],
            "isEnabled": key["Enabled"],
            "multiRegion": bool(key.get("MultiRegion")),
            "policy": kms.get_key_policy(KeyId=resource_id, PolicyName="default")["Policy"],
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays", 0),
            "tags": tags.as_map(kms.list_resource_tags(KeyId=resource_id)["Tags"], **_TAG),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but what the key material is made for."""
        kms = cloud.client("kms")
        if changed(old, new, "description"):
            kms.update_key_description(KeyId=resource_id, Description=new.get("description") or "")
        if changed(old, new, "policy") and new.get("policy"):
            kms.put_key_policy(KeyId=resource_id, PolicyName="default", Policy=new["policy"])
        self._switch(cloud, resource_id, old, new)
        added, removed = tags.changes(old, new)
        if removed:
            kms.untag_resource(KeyId=resource_id, TagKeys=removed)
        if added:
            kms.tag_resource(KeyId=resource_id, Tags=tags.as_list(added, **_TAG))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Schedule the deletion, with the window that the program chose."""
        window = known.get("deletionWindowInDays") or _LONGEST_WINDOW
        if self.read(cloud, resource_id, known) is not None:
            cloud.client("kms").schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=window)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By tags: a key has no name."""
        return next(iter(self.find_all(cloud, inputs)), None)

    def find_all(self, cloud: Cloud, inputs: Properties) -> list[str]:
        """By tags, which are not unique."""
        ids = [key["KeyId"] for key in cloud.client("kms").list_keys()["Keys"]]
        found = ((key_id, self.read(cloud, key_id, {})) for key_id in ids)
        return [key_id for key_id, key in found if key and key["tags"] and key["tags"] == inputs.get("tags")]

    def _switch(self, cloud: Cloud, key_id: str, old: Properties, new: Properties) -> None:
        kms = cloud.client("kms")
        if changed(old, new, "isEnabled") and new["isEnabled"]:
            kms.enable_key(KeyId=key_id)
        if changed(old, new, "enableKeyRotation", "rotationPeriodInDays"):
            if new["enableKeyRotation"]:
                period = pruned(RotationPeriodInDays=new.get("rotationPeriodInDays"))
                kms.enable_key_rotation(KeyId=key_id, **period)
            else:
                kms.disable_key_rotation(KeyId=key_id)
        if changed(old, new, "isEnabled") and not new["isEnabled"]:
            kms.disable_key(KeyId=key_id)


class Alias(Resource):
    """`aws.kms.Alias`."""

    token = "aws:kms/alias:Alias"
    modelled = frozenset({"name", "targetKeyId"})
    replace_on = frozenset({"name"})
    auto_name = "name"
    auto_name_start = "alias/"
    references = frozenset({"targetKeyId"})
    volatile = frozenset({"targetKeyArn"})
    absent = frozen({"namePrefix": ""})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id."""
        cloud.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return str(inputs["name"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The target is told as the program named it, by id or by ARN."""
        for alias in cloud.client("kms").list_aliases()["Aliases"]:
            if alias["AliasName"] == resource_id:
                target = cloud.arn("kms", f"key/{alias['TargetKeyId']}")
                by_arn = str(known.get("targetKeyId", "")).startswith("arn:")
                return {
                    "arn": alias["AliasArn"],
                    "name": alias["AliasName"],
                    "targetKeyId": target if by_arn else alias["TargetKeyId"],
                    "targetKeyArn": target,
                }
        return None

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Point to another key."""
        del old
        cloud.client("kms").update_alias(AliasName=resource_id, TargetKeyId=new["targetKeyId"])

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The key stays."""
        del known
        cloud.client("kms").delete_alias(AliasName=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        names = [alias["AliasName"] for alias in cloud.client("kms").list_aliases()["Aliases"]]
        return inputs["name"] if inputs["name"] in names else None
