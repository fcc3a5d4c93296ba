"""KMS: customer managed keys and aliases."""

from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud, error_code
from emulator.provider.declared import Declared, pages
from emulator.provider.resource import (
    NO_DATA,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    digits,
    frozen,
    words,
)
from emulator.provider.values import pruned

_LONGEST_WINDOW = 30


class Key(Resource):
    """`aws.kms.Key`. Deletion is scheduled: KMS keeps the key, disabled, until the waiting period ends."""

    token = "aws:kms/key:Key"
    encrypted_by = NO_DATA
    modelled = words(
        "bypassPolicyLockoutSafetyCheck customerMasterKeySpec deletionWindowInDays description "
        "enableKeyRotation isEnabled keyUsage multiRegion policy rotationPeriodInDays"
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
    arn_form = ("kms", "key/{id}")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        made = cloud.client("kms").create_key(
            **pruned(
                Policy=inputs.get("policy"),
                Description=inputs.get("description"),
                KeyUsage=inputs["keyUsage"],
                KeySpec=inputs["customerMasterKeySpec"],
                MultiRegion=inputs.get("multiRegion"),
                BypassPolicyLockoutSafetyCheck=inputs["bypassPolicyLockoutSafetyCheck"],
            ),
            **tags.at_creation("kms", inputs),
        )
        return str(made["KeyMetadata"]["KeyId"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Set rotation and disable the key, which need separate calls."""
        self._switch(cloud, resource_id, {"enableKeyRotation": False, "isEnabled": True}, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the key; one pending deletion counts as deleted."""
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
            "tags": tags.of(cloud, "kms", resource_id),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        kms = cloud.client("kms")
        if changed(old, new, "description"):
            kms.update_key_description(KeyId=resource_id, Description=new.get("description") or "")
        if changed(old, new, "policy") and new.get("policy"):
            kms.put_key_policy(KeyId=resource_id, PolicyName="default", Policy=new["policy"])
        self._switch(cloud, resource_id, old, new)
        tags.update(cloud, "kms", resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Schedule the deletion with the configured waiting period."""
        window = known.get("deletionWindowInDays") or _LONGEST_WINDOW
        if self.read(cloud, resource_id, known) is not None:
            cloud.client("kms").schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=window)

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Find by tags, which are not unique: a key has no name."""
        ids = (str(each["KeyId"]) for each in pages(aws.client("kms"), "list_keys", "Keys"))
        return [each for each in ids if tags.among(inputs, _tags(aws, each)) and _usable(aws, each)]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        text = digits(name, 32)
        key_id = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
        return key_id, {"keyId": key_id, **self.arn_output(place, key_id, inputs)}

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


class Alias(Declared):
    """`aws.kms.Alias`."""

    token = "aws:kms/alias:Alias"
    encrypted_by = NO_DATA
    service = "kms"
    modelled = frozenset({"name", "targetKeyId"})
    names = {"name": "AliasName"}
    auto_name = "name"
    auto_name_start = "alias/"
    references = frozenset({"targetKeyId"})
    volatile = frozenset({"targetKeyArn"})
    creating, reading = "create_alias", "list_aliases"
    updating, deleting = "update_alias", "delete_alias"
    arn_form = ("kms", "{name}")

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        aliases = pages(aws.client("kms"), self.reading, "Aliases")
        return next((each for each in aliases if each["AliasName"] == known["name"]), None)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the alias, with the target key as the program names it, by ID or ARN."""
        told = super().read(cloud, resource_id, known)
        if told is None:
            return None
        target = cloud.arn("kms", f"key/{told['targetKeyId']}")
        by_arn = str(known.get("targetKeyId", "")).startswith("arn:")
        return {**told, "targetKeyId": target if by_arn else told["targetKeyId"], "targetKeyArn": target}


def _tags(aws: Clients, key_id: str) -> dict[str, str]:
    try:
        return tags.of(aws, "kms", key_id)
    except Exception as error:
        # Keys that the caller may not describe are not ours.
        if error_code(error) == "AccessDeniedException":
            return {}
        raise


def _usable(aws: Clients, key_id: str) -> bool:
    return bool(aws.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] != "PendingDeletion")
