"""Contracts between layers: a frozen dataclass per layer, published as stack outputs.

Each field is an id, name or ARN (or a list of them), never a resource, and is exported under its own name. To
change a contract, add the new field, move every consumer, then remove the old field; the owners of both
layers review the change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol, TypeVar, get_args

import pulumi

Text = pulumi.Input[str]
"""A string; an ``Output`` for both publisher and consumer."""
Texts = pulumi.Input[Sequence[str]] | Sequence[pulumi.Input[str]]
"""A list of strings."""


@dataclass(frozen=True)
class Export:
    """Metadata of a contract field."""

    meaning: str
    readers: tuple[str, ...] = ()
    """Layers that read the field, in deployment order; empty if only operators and tools do."""
    secret: bool = False
    """Whether the value is encrypted in the state of the publishing and reading layers."""


DATA, COMPUTE, ALERTING = "data", "compute", "alerting"


class Contract(Protocol):
    """Protocol of the contracts: frozen dataclasses with the name of their layer."""

    LAYER: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


ContractType = TypeVar("ContractType", bound=Contract)


@dataclass(frozen=True)
class NetworkContract:
    """Where functions run and what encrypts everything at rest."""

    LAYER: ClassVar[str] = "network"

    environment_suffix: Annotated[
        Text,
        Export("Environment suffix that every name of the layer ends in.", readers=(DATA, COMPUTE, ALERTING)),
    ]
    account_id: Annotated[
        Text, Export("AWS account that the environment lives in.", readers=(DATA, COMPUTE, ALERTING))
    ]
    private_subnet_ids: Annotated[
        Texts, Export("Subnets for functions, one in each availability zone.", readers=(COMPUTE, ALERTING))
    ]
    function_security_group_id: Annotated[
        Text, Export("The one security group of all functions.", readers=(COMPUTE, ALERTING))
    ]
    key_arn: Annotated[
        Text, Export("Customer-managed key for everything at rest.", readers=(DATA, COMPUTE, ALERTING))
    ]
    vpc_id: Annotated[Text, Export("The VPC.")]


@dataclass(frozen=True)
class DataContract:
    """Where transactions, profiles and alerts are kept, and where messages wait."""

    LAYER: ClassVar[str] = "data"

    environment_suffix: Annotated[
        Text, Export("Environment suffix that every name of the layer ends in.", readers=(COMPUTE, ALERTING))
    ]
    transactions_table_name: Annotated[Text, Export("Table of transactions.", readers=(COMPUTE, ALERTING))]
    transactions_table_arn: Annotated[Text, Export("Table of transactions.", readers=(COMPUTE,))]
    transactions_stream_arn: Annotated[
        Text, Export("Stream of new transactions (new images).", readers=(COMPUTE,))
    ]
    transactions_time_to_live_days: Annotated[
        Text, Export("Days until a transaction expires; 0 keeps it.", readers=(COMPUTE,))
    ]
    profiles_table_name: Annotated[Text, Export("Table of behaviour profiles.", readers=(COMPUTE, ALERTING))]
    profiles_table_arn: Annotated[Text, Export("Table of behaviour profiles.", readers=(COMPUTE,))]
    profiles_index_name: Annotated[
        Text,
        Export(
            "Index of the profiles table: what people decided of accounts, merchants and rules.",
            readers=(COMPUTE,),
        ),
    ]
    profiles_time_to_live_days: Annotated[
        Text, Export("Days until an untouched profile expires; 0 keeps it.", readers=(COMPUTE,))
    ]
    alerts_table_name: Annotated[Text, Export("Table of alert records.", readers=(COMPUTE, ALERTING))]
    alerts_table_arn: Annotated[Text, Export("Table of alert records.", readers=(COMPUTE, ALERTING))]
    alerts_index_name: Annotated[Text, Export("Index of the alerts table: records by status and time.")]
    alerts_time_to_live_days: Annotated[
        Text, Export("Days until an alert record expires; 0 keeps it.", readers=(COMPUTE, ALERTING))
    ]
    suspicious_queue_name: Annotated[Text, Export("Queue of suspicious transactions.", readers=(ALERTING,))]
    suspicious_queue_url: Annotated[
        Text, Export("Queue of suspicious transactions.", readers=(COMPUTE, ALERTING))
    ]
    suspicious_queue_arn: Annotated[
        Text, Export("Queue of suspicious transactions.", readers=(COMPUTE, ALERTING))
    ]
    suspicious_dlq_name: Annotated[
        Text, Export("Where a suspicious transaction goes after five failed deliveries.", readers=(ALERTING,))
    ]
    fraud_alerts_topic_arn: Annotated[
        Text, Export("Topic that mails the security team.", readers=(ALERTING,))
    ]
    fraud_alerts_topic_name: Annotated[
        Text, Export("Topic that mails the security team.", readers=(ALERTING,))
    ]
    operations_alarms_topic_arn: Annotated[
        Text, Export("Topic that mails the operators.", readers=(ALERTING,))
    ]
    pseudonym_secret: Annotated[
        Text,
        Export(
            "Key of the HMAC that replaces account ids in logs and mails.",
            readers=(COMPUTE, ALERTING),
            secret=True,
        ),
    ]


@dataclass(frozen=True)
class ComputeContract:
    """The way in, and the names that alarms and the dashboard watch."""

    LAYER: ClassVar[str] = "compute"

    environment_suffix: Annotated[
        Text, Export("Environment suffix that every name of the layer ends in.", readers=(ALERTING,))
    ]
    transactions_url: Annotated[Text, Export("URL to POST a transaction to, signed for execute-api.")]
    verdicts_url: Annotated[
        Text,
        Export(
            "URL to PUT a verdict to, signed for execute-api; `{transaction_id}` stands for the id.",
            readers=(ALERTING,),
        ),
    ]
    controls_url: Annotated[Text, Export("URL to PUT a list or a snooze to, signed for execute-api.")]
    rules_url: Annotated[Text, Export("URL to PUT rules to, signed for execute-api.")]
    approvals_url: Annotated[
        Text, Export("URL to PUT a second person's approval to, signed for execute-api.")
    ]
    api_name: Annotated[Text, Export("REST API.", readers=(ALERTING,))]
    stage_name: Annotated[Text, Export("Stage of the REST API.", readers=(ALERTING,))]
    ingest_function_name: Annotated[
        Text, Export("Function that validates and stores a transaction.", readers=(ALERTING,))
    ]
    detector_function_name: Annotated[
        Text, Export("Function that scores a transaction.", readers=(ALERTING,))
    ]
    verdicts_function_name: Annotated[
        Text, Export("Function that records what an analyst decided.", readers=(ALERTING,))
    ]
    bus_name: Annotated[Text, Export("Event bus that carries stored transactions.", readers=(ALERTING,))]
    rule_name: Annotated[
        Text, Export("Rule that routes stored transactions to the detector.", readers=(ALERTING,))
    ]
    pipe_name: Annotated[Text, Export("Pipe from the table's stream to the bus.", readers=(ALERTING,))]
    dead_letter_queue_names: Annotated[
        Texts, Export("Every queue of this layer that must stay empty.", readers=(ALERTING,))
    ]


@dataclass(frozen=True)
class AlertingContract:
    """What operators look at."""

    LAYER: ClassVar[str] = "alerting"

    environment_suffix: Annotated[Text, Export("Environment suffix that the names of this layer end in.")]
    notifier_function_name: Annotated[Text, Export("Function that records and mails an alert.")]
    dashboard_name: Annotated[Text, Export("Dashboard of the pipeline, left to right.")]
    alarm_names: Annotated[Texts, Export("Every alarm, all of which notify the operators.")]


CONTRACTS: Mapping[str, type[Contract]] = MappingProxyType(
    {
        contract.LAYER: contract
        for contract in (NetworkContract, DataContract, ComputeContract, AlertingContract)
    }
)
"""The contract of each layer, by the layer's name."""


def exports(contract: type[Contract]) -> Mapping[str, Export]:
    """Return output name -> metadata, in the order of the contract."""
    return {each.name: get_args(each.type)[1] for each in fields(contract)}


def publish(contract: Contract) -> None:
    """Export every field as a stack output, secret fields as secrets."""
    for name, export in exports(type(contract)).items():
        value = getattr(contract, name)
        pulumi.export(name, pulumi.Output.secret(value) if export.secret else value)
