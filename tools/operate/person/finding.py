"""Everything that the tables and the dead-letter queues hold of some accounts, in one pass over each.

No table has an index by account, which would double the price of every write: each is scanned once, for all
accounts together.
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
    """A table, and how its items name their account.

    Attributes:
        name: The table's.
        keys: Names of its key's attributes.
        by_profile: Items name the account in their key, `profile_id`; else in the attribute `account_id`.
    """

    name: str
    keys: tuple[str, ...]
    by_profile: bool = False

    def key_of(self, item: Item) -> Item:
        """Return the key of an item, in wire form."""
        return {name: item[name] for name in self.keys}


@dataclass
class Found:
    """What there is of the accounts.

    Attributes:
        items: Table -> items, in DynamoDB's wire form.
        messages: Queue -> bodies of its messages.
    """

    items: dict[str, list[Item]] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many, by table and queue."""
        items = {name: len(each) for name, each in self.items.items()}
        return items | {name: len(each) for name, each in self.messages.items()}


def tables_of(target: Target) -> tuple[Table, ...]:
    """Return the tables that hold something of an account, in the order in which it is erased."""
    return (
        Table(target.transactions_table_name, ("transaction_id", "timestamp")),
        Table(target.alerts_table_name, ("alert_id",)),
        # Last: what is still under way may write a profile while the others are gone over.
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
    # The separator after the id ends it: no account's begins another's.
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
    """Return the bodies of a dead-letter queue's messages that name one of the accounts; delete them or not.

    Every message is taken, and what is not deleted is given back: these queues count no receives.
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
    """Tell whether a message's JSON holds one of the ids as a text of its own, however deep."""
    try:
        left = [json.loads(body)]
    except (ValueError, RecursionError):
        # What nobody can read may still hold it.
        return any(account in body for account in accounts)
    while left:
        value = left.pop()
        if isinstance(value, str) and value in accounts:
            return True
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return False
