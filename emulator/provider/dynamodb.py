"""DynamoDB tables."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import dynamodb_indexes as indexes
from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import (
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    frozen,
    words,
)
from emulator.provider.values import pruned


class Table(Resource):
    """`aws.dynamodb.Table` with global secondary indexes, each named by its key schema."""

    token = "aws:dynamodb/table:Table"
    modelled = words(
        "attributes billingMode deletionProtectionEnabled globalSecondaryIndexes hashKey name "
        "pointInTimeRecovery rangeKey readCapacity serverSideEncryption streamEnabled streamViewType "
        "tableClass ttl writeCapacity"
    )
    replace_on = frozenset({"hashKey", "rangeKey", "name"})
    defaults = frozen({"billingMode": "PROVISIONED"})
    auto_name = "name"
    unordered = frozenset({"attributes", "globalSecondaryIndexes"})
    computed = frozenset({"readCapacity", "streamViewType", "writeCapacity"})
    volatile = frozenset({"streamArn", "streamLabel"})
    arn_form = ("dynamodb", "table/{name}")
    encrypted_by = "serverSideEncryption.kmsKeyArn"

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        declared = {attribute.get("name") for attribute in inputs.get("attributes", ())}
        for name in ("hashKey", "rangeKey"):
            if isinstance(inputs.get(name), str) and inputs[name] not in declared:
                yield CheckFailure(name, f"{inputs[name]!r} is not among the attributes")
        for index in inputs.get("globalSecondaryIndexes") or ():
            yield from indexes.faults(index, declared)
        if inputs.get("streamEnabled") and not inputs.get("streamViewType"):
            yield CheckFailure("streamViewType", "is required when the stream is enabled")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        keys = [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}]
        if inputs.get("rangeKey"):
            keys.append({"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"})
        cloud.client("dynamodb").create_table(
            **pruned(
                TableName=inputs["name"],
                KeySchema=keys,
                AttributeDefinitions=_attributes(inputs),
                GlobalSecondaryIndexes=indexes.to_api(inputs) or None,
                StreamSpecification=_stream(inputs) if inputs.get("streamEnabled") else None,
                SSESpecification=_encryption(inputs),
                DeletionProtectionEnabled=inputs.get("deletionProtectionEnabled"),
                TableClass=inputs.get("tableClass"),
                **_billing(inputs),
                **tags.at_creation("dynamodb", inputs),
            )
        )
        return str(inputs["name"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Set time to live and point-in-time recovery, which need separate calls."""
        self._set_time_to_live(cloud, resource_id, {}, inputs)
        if (inputs.get("pointInTimeRecovery") or {}).get("enabled"):
            self._set_recovery(cloud, resource_id, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        dynamodb = cloud.client("dynamodb")
        table = dynamodb.describe_table(TableName=resource_id)["Table"]
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        stream = table.get("StreamSpecification", {})
        throughput = table.get("ProvisionedThroughput", {})
        return {
            "arn": table["TableArn"],
            "name": table["TableName"],
            "hashKey": keys["HASH"],
            "rangeKey": keys.get("RANGE"),
            "attributes": [
                {"name": each["AttributeName"], "type": each["AttributeType"]}
                for each in table["AttributeDefinitions"]
            ],
            "globalSecondaryIndexes": indexes.of_api(table),
            "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "readCapacity": throughput.get("ReadCapacityUnits", 0),
            "writeCapacity": throughput.get("WriteCapacityUnits", 0),
            "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
            # DynamoDB returns no class for a table that has always been a standard one.
            "tableClass": table.get("TableClassSummary", {}).get("TableClass") or "STANDARD",
            "streamEnabled": stream.get("StreamEnabled", False),
            "streamViewType": stream.get("StreamViewType", ""),
            "streamArn": table.get("LatestStreamArn", "") if stream.get("StreamEnabled") else "",
            "streamLabel": table.get("LatestStreamLabel", "") if stream.get("StreamEnabled") else "",
            "serverSideEncryption": _encryption_of(table),
            "ttl": _time_to_live_of(dynamodb, resource_id, known),
            "pointInTimeRecovery": {"enabled": _has_recovery(dynamodb, resource_id)},
            "tags": tags.of(cloud, "dynamodb", table["TableArn"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Apply the changes one at a time, as DynamoDB requires."""
        dynamodb = cloud.client("dynamodb")
        for change in (*_table_changes(old, new), *indexes.changes(old, new, _attributes(new))):
            dynamodb.update_table(TableName=resource_id, **change)
        self._set_time_to_live(cloud, resource_id, old, new)
        if changed(old, new, "pointInTimeRecovery"):
            self._set_recovery(cloud, resource_id, new)
        tags.update(cloud, "dynamodb", cloud.arn("dynamodb", f"table/{resource_id}"), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        cloud.client("dynamodb").delete_table(TableName=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        return str(aws.client("dynamodb").describe_table(TableName=inputs["name"])["Table"]["TableName"])

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        outputs = self.arn_output(place, inputs["name"], inputs)
        if inputs.get("streamEnabled"):
            label = "2026-01-31T09:00:00.123"
            outputs |= {"streamArn": f"{outputs['arn']}/stream/{label}", "streamLabel": label}
        return inputs["name"], outputs

    def _set_time_to_live(self, cloud: Cloud, table: str, old: Properties, new: Properties) -> None:
        before, after = old.get("ttl") or {}, new.get("ttl") or {}
        if bool(before.get("enabled")) == bool(after.get("enabled")) and (
            not after.get("enabled") or before.get("attributeName") == after.get("attributeName")
        ):
            return
        steps = [before] if before.get("enabled") and after.get("enabled") else []
        for enabled, setting in [
            *((False, step) for step in steps),
            (bool(after.get("enabled")), after or before),
        ]:
            cloud.client("dynamodb").update_time_to_live(
                TableName=table,
                TimeToLiveSpecification={"Enabled": enabled, "AttributeName": setting["attributeName"]},
            )

    def _set_recovery(self, cloud: Cloud, table: str, inputs: Properties) -> None:
        enabled = bool((inputs.get("pointInTimeRecovery") or {}).get("enabled"))
        cloud.client("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )


def _attributes(inputs: Properties) -> list[dict[str, str]]:
    return [
        {"AttributeName": each["name"], "AttributeType": each["type"]}
        for each in inputs.get("attributes", ())
    ]


def _billing(inputs: Properties) -> dict[str, Any]:
    if inputs["billingMode"] == "PAY_PER_REQUEST":
        return {"BillingMode": "PAY_PER_REQUEST"}
    throughput = {"ReadCapacityUnits": inputs["readCapacity"], "WriteCapacityUnits": inputs["writeCapacity"]}
    return {"BillingMode": inputs["billingMode"], "ProvisionedThroughput": throughput}


def _stream(inputs: Properties) -> dict[str, Any]:
    enabled = bool(inputs.get("streamEnabled"))
    return pruned(StreamEnabled=enabled, StreamViewType=inputs.get("streamViewType") if enabled else None)


def _encryption(inputs: Properties) -> dict[str, Any] | None:
    wanted = inputs.get("serverSideEncryption")
    if not wanted:
        return None
    key = wanted.get("kmsKeyArn")
    return pruned(Enabled=wanted["enabled"], KMSMasterKeyId=key, SSEType="KMS" if wanted["enabled"] else None)


def _encryption_of(table: Properties) -> dict[str, Any]:
    found = table.get("SSEDescription", {})
    enabled = found.get("Status") in ("ENABLED", "ENABLING", "UPDATING")
    return {"enabled": enabled, "kmsKeyArn": found.get("KMSMasterKeyArn", "") if enabled else ""}


def _table_changes(old: Properties, new: Properties) -> Iterator[dict[str, Any]]:
    """Yield the `UpdateTable` calls from old to new inputs."""
    if changed(old, new, "billingMode", "readCapacity", "writeCapacity"):
        yield _billing(new)
    if changed(old, new, "serverSideEncryption"):
        yield {"SSESpecification": _encryption(new) or {"Enabled": False}}
    if changed(old, new, "deletionProtectionEnabled"):
        yield {"DeletionProtectionEnabled": bool(new.get("deletionProtectionEnabled"))}
    if changed(old, new, "tableClass"):
        yield {"TableClass": new.get("tableClass") or "STANDARD"}
    if changed(old, new, "streamEnabled", "streamViewType"):
        # The view type cannot change: disable the stream and enable another one.
        if old.get("streamEnabled"):
            yield {"StreamSpecification": {"StreamEnabled": False}}
        if new.get("streamEnabled"):
            yield {"StreamSpecification": _stream(new)}


def _time_to_live_of(dynamodb: Any, table: str, known: Properties) -> dict[str, Any]:
    found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    enabled = found["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
    # DynamoDB drops the attribute name of a disabled setting, so the program's value is not drift.
    wanted = known.get("ttl") or {}
    name = found.get("AttributeName", "") if enabled else wanted.get("attributeName", "")
    return {"enabled": enabled, "attributeName": name}


def _has_recovery(dynamodb: Any, table: str) -> bool:
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]
    return bool(recovery["PointInTimeRecoveryStatus"] == "ENABLED")
