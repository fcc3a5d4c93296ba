"""The verdicts function: records analysts' decisions with the signing identity, and updates profiles."""

import pulumi

from shared.infra import stems
from shared.infra.calls import role_statements
from shared.infra.contracts import DataContract, NetworkContract
from shared.infra.function import Function, FunctionArguments
from stacks.compute.settings import ComputeSettings

PACKAGE = "stacks.compute.functions.verdicts"
PACKAGES = (
    "shared.requests",
    "stacks.compute.functions.profiles",
    "stacks.compute.functions.detector.scoring",
)
"""Packages in the zip: scoring defines how a verdict changes a profile."""
VENDORED = ("fastjsonschema",)
TIMEOUT_SECONDS = 8


def verdicts(
    settings: ComputeSettings, network: NetworkContract, data: DataContract, opts: pulumi.ResourceOptions
) -> Function:
    """Register the function, which may read transactions, and read and update alert records and profiles."""
    targets = {
        stems.TRANSACTIONS: data.transactions_table_arn,
        stems.ALERTS: data.alerts_table_arn,
        stems.PROFILES: data.profiles_table_arn,
    }
    return Function(
        stems.VERDICTS,
        settings.names,
        network,
        FunctionArguments(
            package=PACKAGE,
            packages=PACKAGES,
            vendored=VENDORED,
            statements=role_statements(stems.VERDICTS, targets, network.key_arn),
            environment={
                "TRANSACTIONS_TABLE": data.transactions_table_name,
                "ALERTS_TABLE": data.alerts_table_name,
                "ALERTS_TIME_TO_LIVE_DAYS": data.alerts_time_to_live_days,
                "PROFILES_TABLE": data.profiles_table_name,
                "PROFILES_TIME_TO_LIVE_DAYS": data.profiles_time_to_live_days,
                "PSEUDONYM_SECRET": data.pseudonym_secret,
                "ALLOW_ALONE_DAYS": str(settings.allow_alone_days),
                "ALLOW_ALONE_DOLLARS": str(settings.allow_alone_dollars),
                "RULES_PUBLISHED_BY": settings.rules_published_by,
                # Omitted if empty.
                **(
                    {"ROLES_THAT_NAME_PEOPLE": " ".join(named)}
                    if (named := settings.roles_that_name_people)
                    else {}
                ),
            },
            timeout_seconds=TIMEOUT_SECONDS,
            reserved_concurrency=settings.verdicts_reserved_concurrency,
            log_level=settings.log_level,
        ),
        opts,
    )
