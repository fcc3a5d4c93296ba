"""The section of the mail that asks for a verdict, with commands. Pure."""

import json
import textwrap
from typing import Final

from shared.runtime.events import StoredTransaction

TRANSACTION_PLACEHOLDER: Final = "{transaction_id}"

_MEANINGS: Final = {
    "confirmed_fraud": (
        "payments to this merchant and by this account score higher from now on. The merchant's risk does "
        "not rise if the account's own behaviour, such as the amount, explains the fraud."
    ),
    "legitimate": "lowers that risk, and reverses the effect of an earlier verdict on this payment.",
}
_DECIDED_BY: Final = "your name"


def verdict_instructions(
    transaction: StoredTransaction, *, environment: str, region: str, verdicts_url: str, width: int
) -> str:
    """Return the section.

    Args:
        transaction: The transaction.
        environment: The environment.
        region: Region of the API.
        verdicts_url: URL of the API, with `TRANSACTION_PLACEHOLDER` in place of the id.
        width: Width of lines other than commands.
    """
    meanings = [
        textwrap.fill(f"{verdict}: {meaning}", width, subsequent_indent="  ")
        for verdict, meaning in _MEANINGS.items()
    ]
    return "\n".join(
        [
            "YOUR VERDICT (any time; the last one counts)",
            *meanings,
            "In a checkout of the project:",
            *(_make(transaction, environment, verdict) for verdict in _MEANINGS),
            "With curl and AWS credentials in the environment (or use legitimate):",
            _curl(transaction, region, verdicts_url, next(iter(_MEANINGS))),
        ]
    )


def _make(transaction: StoredTransaction, environment: str, verdict: str) -> str:
    return (
        f"  make verdict ENV={environment} VERDICT={verdict} \\\n"
        f"    TRANSACTION={transaction.transaction_id} \\\n"
        f'    TIMESTAMP={transaction.timestamp} BY="{_DECIDED_BY}"'
    )


def _curl(transaction: StoredTransaction, region: str, verdicts_url: str, verdict: str) -> str:
    body = json.dumps({"verdict": verdict, "timestamp": transaction.timestamp, "decided_by": _DECIDED_BY})
    url = verdicts_url.replace(TRANSACTION_PLACEHOLDER, transaction.transaction_id)
    return (
        f"  curl --aws-sigv4 aws:amz:{region}:execute-api -X PUT \\\n"
        '    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\\n'
        '    -H "X-Amz-Security-Token: $AWS_SESSION_TOKEN" \\\n'
        "    -H 'Content-Type: application/json' \\\n"
        f"    -d '{body}' \\\n"
        f"    '{url}'"
    )
