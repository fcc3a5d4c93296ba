"""Find the data of accounts in the tables and dead-letter queues, with one scan of each.

No table has an index by account, which would double the price of every write. Each is scanned once for all
accounts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stacks.compute.functions.profiles.items import account_key, aside_key, controls_key
from tools.deploy.target import Target

MOST_ACCOUNTS: Final = 50
"""Of one scan: a filter takes 100 operands, and each account needs up to two."""
SECONDS_TO_WAIT = 1
"""For more messages: only who waits is answered by all of a queue's servers."""
SECONDS_HIDDEN: Final = 300
"""How long a message is hidden while its queue is gone through."""
BYTES_OF_A_READ_UNIT: Final = 8 * 1024
"""Of a read that is not consistent: two of 4 KB."""
DOLLARS_PER_READ_UNIT: Final = 0.125 / 1_000_000
"""On demand, us-east-1, November 2026: https://aws.amazon.com/dynamodb/pricing/on-demand/."""

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table, and how its items identify their account.

    Attributes:
        name: Name of the table.
        keys: Names of the key attributes.
        by_profile: Whether the account is in the key `profile_id` instead of the attribute `account_id`.
    """

    name: str
    keys: tuple[str, ...]
    by_profile: bool = False

    def key_of(self, item: Item) -> Item:
        """Return the key of an item in wire format."""
        return {name: item[name] for name in self.keys}


@dataclass
class Found:
    """The data of the accounts.

    Attributes:
        items: Table -> items in DynamoDB's wire format.
        messages: Queue -> message bodies.
    """

    items: dict[str, list[Item]] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return table or queue -> number of items or messages."""
        items = {name: len(each) for name, each in self.items.items()}
        return items | {name: len(each) for name, each in self.messages.items()}


def tables_of(target: Target) -> tuple[Table, ...]:
    """Return the tables with account data, in order of erasure."""
    return (
        Table(target.transactions_table_name, ("transaction_id", "timestamp")),
        Table(target.alerts_table_name, ("alert_id",)),
        # Last, because transactions in progress may write a profile during the erasure.
        Table(target.profiles_table_name, ("profile_id",), by_profile=True),
    )


def costs(dynamodb: Any, tables: Sequence[Table]) -> Iterator[tuple[str, int, float]]:
    """Yield name, size in bytes and the price in dollars of one scan of each table."""
    for table in tables:
        size = dynamodb.describe_table(TableName=table.name)["Table"]["TableSizeBytes"]
        yield table.name, size, -(-size // BYTES_OF_A_READ_UNIT) * DOLLARS_PER_READ_UNIT


def items_of(dynamodb: Any, table: Table, accounts: Sequence[str]) -> Iterator[Sequence[Item]]:
    """Yield the accounts' items of a table, page by page."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table.name, **_filter(table, accounts))
    for page in pages:
        if page["Items"]:
            yield page["Items"]


def _filter(table: Table, accounts: Sequence[str]) -> dict[str, Any]:
    if not table.by_profile:
        values = {f":a{number}": {"S": account} for number, account in enumerate(accounts)}
        return {
            "FilterExpression": f"account_id IN ({', '.join(values)})",
            "ExpressionAttributeValues": values,
        }
    keys = [account_key(account) for account in accounts]
    exact = {
        f":k{number}": {"S": key}
        for number, key in enumerate([*keys, *(controls_key(each) for each in keys)])
    }
    # With the separator, so that an id does not match a longer one.
    starts = {
        f":s{number}": {"S": start}
        for number, start in enumerate(
            [*(aside_key(key, "") for key in keys), *(f"history#{controls_key(key)}#" for key in keys)]
        )
    }
    copies = " OR ".join(f"begins_with(profile_id, {each})" for each in starts)
    waiting = ", ".join(exact)
    return {
        "FilterExpression": f"profile_id IN ({', '.join(exact)}) OR {copies} OR changes IN ({waiting})",
        "ExpressionAttributeValues": {**exact, **starts},
    }


def messages_of(sqs: Any, url: str, accounts: Sequence[str], *, delete: bool) -> list[str]:
    """Return the messages of a dead-letter queue that contain an account; optionally delete them.

    All messages are received, and released unless deleted: these queues have no redrive policy.
    """
    taken: dict[str, Mapping[str, str]] = {}
    while True:
        messages = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=SECONDS_HIDDEN,
            WaitTimeSeconds=SECONDS_TO_WAIT,
        ).get("Messages", [])
        fresh = {each["MessageId"]: each for each in messages if each["MessageId"] not in taken}
        if not fresh:
            break
        taken |= fresh
    found = []
    for message in taken.values():
        place = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        theirs = names_one(message["Body"], set(accounts))
        if theirs:
            found.append(message["Body"])
        if theirs and delete:
            sqs.delete_message(**place)
        else:
            sqs.change_message_visibility(**place, VisibilityTimeout=0)
    return found


def names_one(body: str, accounts: set[str]) -> bool:
    """Return whether a message's JSON contains one of the ids as a string, at any depth."""
    try:
        left = [json.loads(body)]
    except (ValueError, RecursionError):
        # An unreadable message may still contain an id.
        return any(account in body for account in accounts)
    while left:
        value = left.pop()
        if isinstance(value, str) and value in accounts:
            return True
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return False
