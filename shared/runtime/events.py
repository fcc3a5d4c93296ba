"""Events and messages between the functions, and the constants that filters and rules match.

```
ingest -item-> table -stream record-> pipe -event-> bus -event-> detector -message-> queue -> notifier
```

- The pipe puts the stream record of an inserted item on the bus unchanged, as the event's detail.
- `StoredTransaction` is that item, read back with types.
- `SuspiciousTransaction` is the body of the queue's messages, versioned by `schema_version`.

The stacks import the constants from here, so the module must be fast to import.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any, Final, Self

from shared.runtime.fields import EventError, Fields
from shared.runtime.money import plain

EVENT_SOURCE: Final = "fraud.transactions"
DETAIL_TYPE: Final = "TransactionStored"

PIPE_FILTER_PATTERN: Final[Mapping[str, Any]] = {"eventName": ["INSERT"]}
RULE_PATTERN: Final[Mapping[str, Any]] = {
    "source": [EVENT_SOURCE],
    "detail-type": [DETAIL_TYPE],
    "detail": {"eventName": ["INSERT"]},
}

MESSAGE_SCHEMA_VERSION: Final = 1
TRACE_HEADER_ATTRIBUTE: Final = "AWSTraceHeader"  # the only message system attribute that a sender can set


def alert_id_of(transaction_id: str, timestamp: int) -> str:
    """Return the key of a transaction's alert, which need not exist."""
    return hashlib.sha256(f"{transaction_id}#{timestamp}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTransaction:
    """A transaction in the table. Times are epoch milliseconds, positions degrees."""

    transaction_id: str
    timestamp: int
    account_id: str
    merchant_id: str
    amount: Decimal
    currency: str
    merchant_category: str | None = None
    country: str | None = None
    channel: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    card_present: bool | None = None
    received_at: int = 0
    trace_header: str = ""

    @property
    def alert_id(self) -> str:
        """The alert's key, the same for every delivery of the transaction."""
        return alert_id_of(self.transaction_id, self.timestamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReason:
    """The contribution of a quantity or rule to an alert.

    Attributes:
        code: Name of the quantity or rule in the rules file, for example `amount_limit`.
        observed: Value for this transaction: a decimal number in `unit`, or text.
        baseline: Usual value for the account, in the same form.
        threshold: Rarity of the observed value, or the limit of a rule, in the same form.
        unit: Unit of the numbers: a currency, "km/h", "payments within an hour"...
        contribution: Decrease of the score without this reason, from 0 to 1.
        points: Share in the log-odds of the score, negative in favour of the payment. None in messages of an
            earlier version, where `contribution` was the share in another kind of score.
    """

    code: str
    observed: str
    baseline: str
    threshold: str
    unit: str
    contribution: Decimal
    points: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspiciousTransaction:
    """The detector's message to the notifier: a transaction with its score and reasons.

    Attributes:
        transaction: The transaction.
        score: Probability of fraud.
        score_threshold: Lowest score of a suspicious transaction.
        rules_version: Version of the rules.
        reasons: The reasons, most points first.
        trace_header: Trace header of the POST.
        base: Log-odds without points; base and points sum to the log-odds of the score. None in messages of
            an earlier version.
    """

    transaction: StoredTransaction
    score: Decimal
    score_threshold: Decimal
    rules_version: str
    reasons: tuple[AlertReason, ...]
    trace_header: str
    base: Decimal | None = None

    def to_json(self) -> str:
        """Return the message body; exact decimals travel as strings."""
        message = {"schema_version": MESSAGE_SCHEMA_VERSION, **asdict(self)}
        return json.dumps(message, default=_decimal_text, separators=(",", ":"))

    @classmethod
    def from_json(cls, body: str) -> Self:
        """Read a message body.

        Raises:
            EventError: Not JSON, another schema version, or a field is missing or of a wrong type.
        """
        return cls.read(Fields.from_json(body, "message"))

    @classmethod
    def read(cls, message: Fields) -> Self:
        """Read the fields of a message.

        Raises:
            EventError: Another schema version, or a field is missing or of a wrong type.
        """
        if message.integer("schema_version") != MESSAGE_SCHEMA_VERSION:
            raise EventError(f"message.schema_version is not {MESSAGE_SCHEMA_VERSION}")
        reasons = tuple(read_reason(reason) for reason in message.children("reasons"))
        if not reasons:
            raise EventError("message.reasons is empty")
        return cls(
            transaction=read_transaction(message.child("transaction")),
            score=message.decimal("score"),
            score_threshold=message.decimal("score_threshold"),
            rules_version=message.text("rules_version"),
            reasons=reasons,
            trace_header=message.text("trace_header"),
            base=message.optional_decimal("base"),
        )


def stored_transaction(event: Mapping[str, Any]) -> StoredTransaction:
    """Read the transaction from a bus event, whose detail is the raw stream record.

    Raises:
        EventError: The event has another source or type, or its record is not an inserted transaction.
    """
    if event.get("source") != EVENT_SOURCE or event.get("detail-type") != DETAIL_TYPE:
        raise EventError(f"the event is not {DETAIL_TYPE} of {EVENT_SOURCE}")
    image = Fields(event, "event").child("detail").child("dynamodb").child("NewImage")
    return read_transaction(image.of_item())


def transaction_of_item(item: Mapping[str, Any]) -> StoredTransaction:
    """Read the transaction from an item in DynamoDB's wire format.

    Raises:
        EventError: The item is not a transaction.
    """
    return read_transaction(Fields(item, "item").of_item())


def read_transaction(fields: Fields) -> StoredTransaction:
    """Read the transaction from plain values.

    Raises:
        EventError: A field is missing or of a wrong type.
    """
    wanted = dataclass_fields(StoredTransaction)
    return StoredTransaction(**{each.name: _READERS[each.type](fields, each.name) for each in wanted})


_READERS: Final[Mapping[Any, Callable[[Fields, str], Any]]] = {
    str: Fields.text,
    str | None: Fields.optional_text,
    int: Fields.integer,
    Decimal: Fields.decimal,
    Decimal | None: Fields.optional_decimal,
    bool | None: Fields.optional_boolean,
}


def read_reason(fields: Fields) -> AlertReason:
    """Read a reason from plain values.

    Raises:
        EventError: A field is missing or of a wrong type.
    """
    return AlertReason(
        code=fields.text("code"),
        observed=fields.text("observed"),
        baseline=fields.text("baseline"),
        threshold=fields.text("threshold"),
        unit=fields.text("unit"),
        contribution=fields.decimal("contribution"),
        points=fields.optional_decimal("points"),
    )


def _decimal_text(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    raise TypeError(f"a {type(value).__name__} is not part of a message")
