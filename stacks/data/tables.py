"""The three tables: transactions as they came, profiles of behaviour, alerts as they were told to people."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.provider import named
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
class _Shape:
    stem: str
    hash_key: str
    time_to_live_days: int
    range_key: str | None = None
    """A number; the hash key is a string."""
    streamed: bool = False


def tables(settings: DataSettings, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Tables:
    """The tables; only new transactions are streamed, as they were stored."""
    transactions = _Shape(
        stems.TRANSACTIONS,
        "transaction_id",
        settings.transactions_time_to_live_days,
        range_key="timestamp",
        streamed=True,
    )
    profiles = _Shape(stems.PROFILES, "profile_id", settings.profiles_time_to_live_days)
    alerts = _Shape(stems.ALERTS, "alert_id", settings.alerts_time_to_live_days)
    return Tables(*(_table(shape, settings, key_arn, opts) for shape in (transactions, profiles, alerts)))


def _table(
    shape: _Shape, settings: DataSettings, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.dynamodb.Table:
    name = settings.names.of(shape.stem, "table")
    attributes = [aws.dynamodb.TableAttributeArgs(name=shape.hash_key, type="S")]
    if shape.range_key is not None:
        attributes.append(aws.dynamodb.TableAttributeArgs(name=shape.range_key, type="N"))
    return aws.dynamodb.Table(
        name,
        name=name,
        hash_key=shape.hash_key,
        range_key=shape.range_key,
        attributes=attributes,
        billing_mode="PAY_PER_REQUEST",
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
