"""The data layer: tables, queues and topics."""

import pulumi
import pulumi_random as random

from shared.infra import stems
from shared.infra.arns import Arns
from shared.infra.contracts import DataContract, NetworkContract
from shared.infra.provider import aws_provider
from shared.infra.queue import Queue, QueueArguments
from stacks.data.settings import DataSettings
from stacks.data.tables import ALERTS_BY_STATUS, CHANGES, tables
from stacks.data.topics import topics

VISIBILITY_TIMEOUT_SECONDS = 360
"""Twelve times the notifier's timeout, so that a message in progress is not redelivered."""
MAXIMUM_RECEIVES = 5


def build(settings: DataSettings, network: NetworkContract) -> DataContract:
    """Register the layer's resources."""
    names = settings.names
    opts = pulumi.ResourceOptions(provider=aws_provider("data", names, [network.account_id]))
    kept = tables(settings, network.key_arn, opts)
    people = topics(Arns(names, network.account_id), network.key_arn, opts)
    dead = Queue(stems.SUSPICIOUS_DLQ, names, network.key_arn, opts)
    suspicious = Queue(
        stems.SUSPICIOUS_QUEUE,
        names,
        network.key_arn,
        opts,
        QueueArguments(
            visibility_timeout_seconds=VISIBILITY_TIMEOUT_SECONDS,
            dead_letter_queue=dead,
            maximum_receives=MAXIMUM_RECEIVES,
        ),
    )
    return DataContract(
        environment_suffix=names.suffix,
        transactions_table_name=kept.transactions.name,
        transactions_table_arn=kept.transactions.arn,
        transactions_stream_arn=kept.transactions.stream_arn,
        transactions_time_to_live_days=str(settings.transactions_time_to_live_days),
        profiles_table_name=kept.profiles.name,
        profiles_table_arn=kept.profiles.arn,
        profiles_index_name=CHANGES.named(names),
        profiles_time_to_live_days=str(settings.profiles_time_to_live_days),
        alerts_table_name=kept.alerts.name,
        alerts_table_arn=kept.alerts.arn,
        alerts_index_name=ALERTS_BY_STATUS.named(names),
        alerts_time_to_live_days=str(settings.alerts_time_to_live_days),
        suspicious_queue_name=suspicious.name,
        suspicious_queue_url=suspicious.url,
        suspicious_queue_arn=suspicious.arn,
        suspicious_dlq_name=dead.name,
        fraud_alerts_topic_arn=people.fraud_alerts.arn,
        fraud_alerts_topic_name=people.fraud_alerts.name,
        operations_alarms_topic_arn=people.operations_alarms.arn,
        pseudonym_secret=_pseudonym_secret(settings),
    )


def _pseudonym_secret(settings: DataSettings) -> pulumi.Output[str]:
    """Return the HMAC key of account pseudonyms in logs and mails."""
    provider = random.Provider(settings.names.of("random-data"))
    password = random.RandomPassword(
        settings.names.of("pseudonym-secret"),
        length=64,
        special=False,
        opts=pulumi.ResourceOptions(provider=provider),
    )
    return password.result
