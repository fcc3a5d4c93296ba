"""Whom a person means: an account by its id, by its pseudonym from a mail, or by one of its transactions."""

import re
from collections.abc import Iterator

from shared.runtime.alerts import AlertStatus
from shared.runtime.pseudonym import PATTERN as PSEUDONYM
from tools.analyst.records.alert import Alert
from tools.analyst.records.tables import Tables
from tools.deploy import hints
from tools.deploy.outputs import OperatorError


def is_pseudonym(text: str) -> bool:
    """Whether a text looks like the pseudonym of an account."""
    return re.fullmatch(PSEUDONYM, text) is not None


def account_of(tables: Tables, *, account: str | None, transaction: str | None) -> str:
    """Return the id of the account that is meant.

    Args:
        tables: Where to look.
        account: Its id, or its pseudonym.
        transaction: The id of one of its transactions, where no account is given.

    Raises:
        OperatorError: Nothing tells which account it is.
    """
    if account and not is_pseudonym(account):
        return account
    if account:
        return _account_of_pseudonym(tables, account)
    return _account_of_transaction(tables, transaction or "")


def alerts_of(tables: Tables, account_id: str, *, since: int = 0) -> Iterator[Alert]:
    """Yield an account's records: open ones first, then decided ones, each from the latest on.

    Raises:
        OperatorError: AWS refuses.
    """
    for status in AlertStatus:
        yield from tables.alerts(status, since=since, having={"account_id": account_id})


def _account_of_pseudonym(tables: Tables, pseudonym: str) -> str:
    for status in AlertStatus:
        if found := next(tables.alerts(status, having={"account": pseudonym}), None):
            return found.account_id
    raise OperatorError(
        f"no alert record names {pseudonym}; those from before pseudonyms do not. Find the account by a "
        f"transaction of the mail: {hints.make('account', tables.place.environment)} TRANSACTION=id"
    )


def _account_of_transaction(tables: Tables, transaction_id: str) -> str:
    found = tables.transactions(transaction_id)
    if len({each.account_id for each in found}) > 1:
        accounts = ", ".join(sorted({each.account_id for each in found}))
        raise OperatorError(
            f"several accounts have a transaction {transaction_id}: {accounts}; set ACCOUNT=id"
        )
    if not found:
        raise OperatorError(f"transaction {transaction_id} is not stored: it never existed, or has expired")
    return found[0].account_id
