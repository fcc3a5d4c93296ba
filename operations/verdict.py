"""`make verdict`: give an analyst's verdict on a transaction, signed by the caller's AWS credentials.

`python -m operations.verdict ENV --outputs FILE --transaction ID --verdict confirmed_fraud --by NAME` is the
command; what each verdict does stands in stacks/compute/functions/verdicts/README.md.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import Session, get_session

from shared.infra.arns import REGION
from shared.runtime.schema import verdict_schema

PLACEHOLDER: Final = "{transaction_id}"
ATTEMPTS: Final = 4
PAUSE_SECONDS: Final = 1.0
_SERVICE: Final = "execute-api"
_TIMEOUT_SECONDS: Final = 15
_WORTH_ANOTHER_TRY: Final = frozenset({429, 500, 502, 503, 504})
_OK: Final = 200


class VerdictError(Exception):
    """The verdict is not recorded; says why, and what to do next."""


def verdicts_url(environment: str, outputs: str) -> str:
    """Return where verdicts go, from the layers' outputs as JSON: `{layer: {output: value}}`.

    Raises:
        VerdictError: They are not JSON, or the compute layer has not published it.
    """
    try:
        url = json.loads(outputs)["compute"]["verdicts_url"]
    except (KeyError, TypeError, ValueError):
        raise VerdictError(
            "the outputs name no verdicts_url of the compute layer; run: "
            f"make deploy-compute ENV={environment}"
        ) from None
    return str(url)


def give(session: Session, url: str, transaction_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Put a verdict and return the record that the API answers with; sending it again is safe.

    Args:
        session: Whose credentials sign.
        url: The API's, with `PLACEHOLDER` in place of the id.
        transaction_id: What the verdict is about.
        body: The verdict, as its schema has it.

    Raises:
        VerdictError: It was refused, or nobody answered.
    """
    where, data = url.replace(PLACEHOLDER, quote(transaction_id, safe="")), json.dumps(body).encode()
    for attempt in range(1, ATTEMPTS + 1):
        status, text = _put(session, where, data)
        if status == _OK:
            recorded: dict[str, Any] = json.loads(text)
            return recorded
        if status not in _WORTH_ANOTHER_TRY or attempt == ATTEMPTS:
            break
        time.sleep(PAUSE_SECONDS)
    raise VerdictError(_refusal(status, text))


def _put(session: Session, url: str, data: bytes) -> tuple[int, str]:
    request = AWSRequest("PUT", url, headers={"Content-Type": "application/json"}, data=data)
    credentials = session.get_credentials()
    if credentials is None:
        raise VerdictError("there are no AWS credentials to sign with: aws sts get-caller-identity")
    SigV4Auth(credentials, _SERVICE, REGION).add_auth(request)
    http = URLLib3Session(timeout=_TIMEOUT_SECONDS)
    try:
        response = http.send(request.prepare())
    except BotoCoreError as error:
        raise VerdictError(f"{url} does not answer: {error}") from None
    finally:
        http.close()
    return response.status_code, response.text


def _refusal(status: int, text: str) -> str:
    """What the API said, in words: its message and each bad field."""
    try:
        answer = json.loads(text)
        lines = [f"{status} {answer['error']}: {answer['message']}"]
        lines += [f"  {field['field']} {field['reason']}" for field in answer.get("fields", ())]
    except (KeyError, TypeError, ValueError):
        return f"{status}: {text}"
    if answer.get("validation"):
        lines.append(f"  {answer['validation']}")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    verdicts = verdict_schema()["properties"]["verdict"]["enum"]
    parser = argparse.ArgumentParser(
        prog="python -m operations.verdict",
        description="Give a verdict on a transaction; the last one counts, the same again changes nothing.",
        epilog="The caller's AWS credentials sign the request; they need execute-api:Invoke on "
        "PUT/transactions/*/verdict of the API's stage.",
    )
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument(
        "--outputs",
        required=True,
        metavar="FILE|-",
        help="the layers' outputs as JSON, {layer: {output: value}}; - reads standard input",
    )
    parser.add_argument("--transaction", required=True, metavar="ID", help="as the mail has it")
    parser.add_argument("--verdict", required=True, choices=verdicts)
    parser.add_argument("--by", required=True, metavar="NAME", help="who decided")
    parser.add_argument("--note", metavar="TEXT", help="why")
    parser.add_argument(
        "--timestamp",
        metavar="MILLISECONDS",
        help="of the transaction, where several have the id or it is so old that only its alert is left",
    )
    return parser


def _timestamp(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise VerdictError(f"{text!r} is no timestamp: write whole milliseconds, as the mail has them")
    return int(text)


def _read(outputs: str) -> str:
    if outputs == "-":
        return sys.stdin.read()
    try:
        return Path(outputs).read_text(encoding="utf-8")
    except OSError as error:
        raise VerdictError(f"cannot read the outputs: {error}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Give one verdict; returns 0 when it is recorded."""
    options = _parser().parse_args(arguments)
    try:
        given = {
            "verdict": options.verdict,
            "decided_by": options.by,
            "note": options.note or None,
            "timestamp": _timestamp(options.timestamp),
        }
        body = {name: value for name, value in given.items() if value is not None}
        url = verdicts_url(options.environment, _read(options.outputs))
        recorded = give(get_session(), url, options.transaction, body)
    except VerdictError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{recorded['transaction_id']} is {recorded['status']}: decided by {recorded['decided_by']}, "
        f"verdict number {recorded['revision']} on it; trace {recorded['trace_id']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
