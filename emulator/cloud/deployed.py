"""Look up moto's resources by ARN or name; None if a resource does not exist."""

from typing import Any

from emulator.cloud.account import backend


def role(name: str) -> Any:
    """Return a role by name."""
    return next((each for each in list(backend("iam").roles.values()) if each.name == name), None)


def queue(arn: str) -> Any:
    """Return a queue by ARN."""
    return backend("sqs").queues.get(arn.rpartition(":")[2])


def topic(arn: str) -> Any:
    """Return a topic by ARN."""
    return backend("sns").topics.get(arn)


def function(name_or_arn: str) -> Any:
    """Return the current version of a function by name or (unqualified) ARN."""
    name = name_or_arn.rpartition(":")[2]
    return next((each for each in backend("lambda").list_functions() if each.function_name == name), None)


def event_bus(name_or_arn: str) -> Any:
    """Return an event bus by name or ARN."""
    return backend("events").event_buses.get(name_or_arn.rpartition("/")[2])


def table_of_stream(stream_arn: str) -> Any:
    """Return the table whose current stream has this ARN; None for a disabled or former stream."""
    name = stream_arn.partition(":table/")[2].partition("/")[0]
    table = backend("dynamodb").tables.get(name)
    if table is None or table.stream_shard is None:
        return None
    return table if f"{table.table_arn}/stream/{table.latest_stream_label}" == stream_arn else None
