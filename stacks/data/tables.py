"""The DynamoDB tables: transactions, profiles and alerts."""

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
"""Expiry in epoch seconds, written by the functions."""


@dataclass(frozen=True)
class Tables:
    """The tables: on-demand, encrypted with the customer managed key, and destroyable."""

    transactions: aws.dynamodb.Table
    profiles: aws.dynamodb.Table
    alerts: aws.dynamodb.Table


@dataclass(frozen=True)
class Index:
    """A sparse index on a string key and a number key.

    Writing an item costs one more write for each index that contains it.
    """

    stem: str
    keys: tuple[str, str]
    holds: tuple[str, ...]

    def named(self, names: Names) -> str:
        """Return its name in an environment."""
        return names.of(self.stem, "table")


ALERTS_BY_STATUS = Index("alerts-by-status-index", alert_records.INDEX_KEYS, alert_records.INDEXED)
"""Lists alerts by status and time."""
CHANGES = Index(stems.CHANGES_INDEX, changes.INDEX_KEYS, changes.INDEXED)
"""Lists people's changes of accounts, merchants and rules; profiles are not in it."""


@dataclass(frozen=True)
class _Shape:
    stem: str
    hash_key: str
    time_to_live_days: int
    range_key: str | None = None
    """A number key; the hash key is a string."""
    table_class: str = "STANDARD"
    streamed: bool = False
    index: Index | None = None


def tables(settings: DataSettings, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Tables:
    """Register the tables; the transactions table has a stream with new images."""
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
        # Set even if disabled: the provider treats a missing block as no change, and items would still
        # expire.
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
        # Not the equivalent key_schemas, which providers of 2025 lack. A dict, because the Args class warns
        # of hash_key in every command.
        "hash_key": text,
        "range_key": number,
        "projection_type": "INCLUDE",
        "non_key_attributes": sorted(index.holds),
    }
