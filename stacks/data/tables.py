"""The three tables: transactions as they came, profiles of behaviour, alerts as they were told to people."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.naming import Names
from shared.infra.provider import named
from shared.runtime import alerts as alert_records
from shared.runtime import changes
from stacks.data.settings import DataSettings

TIME_TO_LIVE_ATTRIBUTE = "expires_at"
"""Epoch seconds; the functions write it."""


@dataclass(frozen=True)
class Tables:
    """All on-demand, encrypted under our key, and destroyable."""

    transactions: aws.dynamodb.Table
    profiles: aws.dynamodb.Table
    alerts: aws.dynamodb.Table


@dataclass(frozen=True)
class Index:
    """What lists the items that have both its keys: a string, then a number.

    Writing an item costs one write more for each index that holds it, and none for one that does not.
    """

    stem: str
    keys: tuple[str, str]
    holds: tuple[str, ...]

    def named(self, names: Names) -> str:
        """Its name in an environment."""
        return names.of(self.stem, "table")


ALERTS_BY_STATUS = Index("alerts-by-status-index", alert_records.INDEX_KEYS, alert_records.INDEXED)
"""Lists open alerts and decided ones by time."""
CHANGES = Index(stems.CHANGES_INDEX, changes.INDEX_KEYS, changes.INDEXED)
"""Lists what people decided of accounts, merchants and rules, among profiles that are not in it."""


@dataclass(frozen=True)
class _Shape:
    stem: str
    hash_key: str
    time_to_live_days: int
    range_key: str | None = None
    """A number; the hash key is a string."""
    table_class: str = "STANDARD"
    streamed: bool = False
    index: Index | None = None


def tables(settings: DataSettings, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Tables:
    """Register the tables; only new transactions are streamed, as they were stored."""
    transactions = _Shape(
        stems.TRANSACTIONS,
        "transaction_id",
        settings.transactions_time_to_live_days,
        range_key="timestamp",
        table_class=settings.transactions_table_class,
        streamed=True,
    )
    profiles = _Shape(stems.PROFILES, "profile_id", settings.profiles_time_to_live_days, index=CHANGES)
    alerts = _Shape(stems.ALERTS, "alert_id", settings.alerts_time_to_live_days, index=ALERTS_BY_STATUS)
    return Tables(*(_table(shape, settings, key_arn, opts) for shape in (transactions, profiles, alerts)))


def _table(
    shape: _Shape, settings: DataSettings, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.dynamodb.Table:
    name = settings.names.of(shape.stem, "table")
    attributes = [aws.dynamodb.TableAttributeArgs(name=shape.hash_key, type="S")]
    if shape.range_key is not None:
        attributes.append(aws.dynamodb.TableAttributeArgs(name=shape.range_key, type="N"))
    if shape.index is not None:
        attributes += [
            aws.dynamodb.TableAttributeArgs(name=key, type=kind)
            for key, kind in zip(shape.index.keys, ("S", "N"), strict=True)
        ]
    return aws.dynamodb.Table(
        name,
        name=name,
        hash_key=shape.hash_key,
        range_key=shape.range_key,
        attributes=attributes,
        global_secondary_indexes=[_index(shape.index, settings.names)] if shape.index else None,
        billing_mode="PAY_PER_REQUEST",
        table_class=shape.table_class,
        stream_enabled=True if shape.streamed else None,
        stream_view_type="NEW_IMAGE" if shape.streamed else None,
        server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=key_arn),
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
            enabled=settings.point_in_time_recovery
        ),
        # Said even where it is off: to the provider no block is no change, and items would go on expiring.
        ttl=aws.dynamodb.TableTtlArgs(
            attribute_name=TIME_TO_LIVE_ATTRIBUTE, enabled=shape.time_to_live_days > 0
        ),
        deletion_protection_enabled=False,
        opts=named(opts),
    )


def _index(index: Index, names: Names) -> aws.dynamodb.TableGlobalSecondaryIndexArgsDict:
    text, number = index.keys
    return {
        "name": index.named(names),
        # Not key_schemas, which providers of 2025 do not know: both say the same. A dict, because the class
        # of these arguments warns of hash_key in every command.
        "hash_key": text,
        "range_key": number,
        "projection_type": "INCLUDE",
        "non_key_attributes": sorted(index.holds),
    }
