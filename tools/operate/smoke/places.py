"""The tables and queues of the environment, looked at and cleaned with the rights of who runs the test."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.runtime.alerts import group_key
from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import StoredTransaction
from stacks.compute.functions.profiles.items import account_key, uses_key
from tools.deploy.outputs import OperatorError
from tools.deploy.target import Target

_AWS_ERRORS: Final = (BotoCoreError, ClientError)
_CONFIG: Final = Config(
    connect_timeout=5.0, read_timeout=10.0, retries={"mode": "standard", "total_max_attempts": 3}
)
_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_Answer = TypeVar("_Answer")
Item = Mapping[str, Any]


class Places:
    """What the test looks at. Every read is consistent.

    Args:
        target: The environment.
        session: Whose credentials to use; region and endpoint come from the target and the session.
    """

    def __init__(self, target: Target, session: Session) -> None:
        self._target = target
        self._session = session
        self._dynamodb = self._client("dynamodb")
        self._sqs = self._client("sqs")

    def transaction(self, transaction: StoredTransaction) -> Item | None:
        """Return the item of a transaction.

        Raises:
            OperatorError: AWS refuses; so do all the methods here, except for the states of pipe and rule.
        """
        return self._get(self._target.transactions_table_name, _transaction_key(transaction))

    def profile(self, account_id: str) -> Item | None:
        """Return the detector's profile of an account."""
        return self._get(self._target.profiles_table_name, _profile_key(account_id))

    def alert(self, transaction: StoredTransaction) -> Item | None:
        """Return the alert record of a transaction."""
        return self._get(self._target.alerts_table_name, _alert_key(transaction))

    def remove_transaction(self, transaction: StoredTransaction) -> Item | None:
        """Delete the item; return it if it was there."""
        return self._delete(self._target.transactions_table_name, _transaction_key(transaction))

    def remove_profile(self, account_id: str) -> Item | None:
        """Delete the profile; return it if it was there."""
        return self._delete(self._target.profiles_table_name, _profile_key(account_id))

    def remove_first_uses(self, merchant_id: str) -> Item | None:
        """Delete the counter of the merchant's first uses; return it if it was there."""
        key = {"profile_id": uses_key("merchant", merchant_id)}
        return self._delete(self._target.profiles_table_name, key)

    def remove_alert(self, transaction: StoredTransaction) -> Item | None:
        """Delete the alert record; return it if it was there."""
        return self._delete(self._target.alerts_table_name, _alert_key(transaction))

    def remove_group(self, account_id: str) -> Item | None:
        """Delete the account's group of alerts; return it if it was there."""
        return self._delete(self._target.alerts_table_name, {"alert_id": group_key(account_id)})

    def queue_depths(self) -> dict[str, int]:
        """Messages in each queue, visible or in somebody's hands; SQS counts approximately."""
        return {name: self._depth(name) for name in self._target.queues}

    def pipe_state(self) -> str:
        """The pipe's state, `RUNNING` when all is well, with the reason that AWS gives for any other."""
        return _told(lambda: _state_of(self._client("pipes").describe_pipe(Name=self._target.pipe_name)))

    def rule_state(self) -> str:
        """Return the rule's state, `ENABLED` when all is well."""
        arguments = {"Name": self._target.rule_name, "EventBusName": self._target.bus_name}
        return _told(lambda: str(self._client("events").describe_rule(**arguments)["State"]))

    def _get(self, table: str, key: Item) -> Item | None:
        answer = self._asked(
            f"read an item of {table}",
            lambda: self._dynamodb.get_item(TableName=table, Key=to_item(key), ConsistentRead=True),
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def _delete(self, table: str, key: Item) -> Item | None:
        answer = self._asked(
            f"delete an item of {table}",
            lambda: self._dynamodb.delete_item(TableName=table, Key=to_item(key), ReturnValues="ALL_OLD"),
        )
        return from_item(answer["Attributes"]) if answer.get("Attributes") else None

    def _depth(self, name: str) -> int:
        url = self._target.queue_url(name)
        answer = self._asked(
            f"count the messages of {name}",
            lambda: self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS)),
        )
        return sum(int(answer["Attributes"][count]) for count in _COUNTS)

    def _asked(self, what: str, call: Callable[[], _Answer]) -> _Answer:
        try:
            return call()
        except _AWS_ERRORS as error:
            raise OperatorError(
                f"could not {what}: {error}\nThe caller needs this policy: "
                f"make rights ENV={self._target.environment} JOB=smoke-test"
            ) from None

    def _client(self, service: str) -> Any:
        return self._session.create_client(service, region_name=self._target.region, config=_CONFIG)


def _transaction_key(transaction: StoredTransaction) -> Item:
    return {"transaction_id": transaction.transaction_id, "timestamp": transaction.timestamp}


def _profile_key(account_id: str) -> Item:
    return {"profile_id": account_key(account_id)}


def _alert_key(transaction: StoredTransaction) -> Item:
    return {"alert_id": transaction.alert_id}


def _state_of(pipe: Mapping[str, Any]) -> str:
    return " ".join(part for part in (str(pipe["CurrentState"]), pipe.get("StateReason", "")) if part)


def _told(ask: Callable[[], str]) -> str:
    """Return the state, or why it is not known: a diagnosis goes on without it."""
    try:
        return ask()
    except _AWS_ERRORS as error:
        return f"unknown ({error})"
