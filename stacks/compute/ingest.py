"""The ingest function: validates a transaction and stores it once."""

import pulumi

from shared.infra import stems
from shared.infra.calls import role_statements
from shared.infra.contracts import DataContract, NetworkContract
from shared.infra.function import Function, FunctionArguments
from stacks.compute.settings import ComputeSettings

PACKAGE = "stacks.compute.functions.ingest"
PACKAGES = ("shared.requests",)
VENDORED = ("fastjsonschema",)
TIMEOUT_SECONDS = 5
MEMORY_MEGABYTES = 128
"""Lambda's minimum, four times what the function needs. For the costs of more, see docs/cost.md."""


def ingest(
    settings: ComputeSettings, network: NetworkContract, data: DataContract, opts: pulumi.ResourceOptions
) -> Function:
    """Register the function, which may only put items into the transactions table."""
    return Function(
        stems.INGEST,
        settings.names,
        network,
        FunctionArguments(
            package=PACKAGE,
            vendored=VENDORED,
            packages=PACKAGES,
            statements=role_statements(
                stems.INGEST, {stems.TRANSACTIONS: data.transactions_table_arn}, network.key_arn
            ),
            environment={
                "TRANSACTIONS_TABLE": data.transactions_table_name,
                "TRANSACTIONS_TIME_TO_LIVE_DAYS": data.transactions_time_to_live_days,
                "ACCEPTED_AGE_HOURS": str(settings.accepted_age_hours),
                "ACCEPTED_FUTURE_SECONDS": str(settings.accepted_future_seconds),
                "PSEUDONYM_SECRET": data.pseudonym_secret,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            memory_megabytes=MEMORY_MEGABYTES,
            reserved_concurrency=settings.ingest_reserved_concurrency,
            log_level=settings.log_level,
        ),
        opts,
    )
