"""Translate errors of AWS calls into messages with the next command."""

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from tools.deploy import hints
from tools.deploy.outputs import OperatorError

_NO_CREDENTIALS: Final = (CredentialRetrievalError, NoCredentialsError, SSOError, TokenRetrievalError)
_BAD_CREDENTIALS: Final = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId",
        "InvalidSignatureException", "SignatureDoesNotMatch", "UnrecognizedClientException",
    }
)  # fmt: skip
_RENEW: Final = "Renew your AWS credentials until `aws sts get-caller-identity` succeeds, then run this again"


def refused(
    what: str, error: BotoCoreError | ClientError, environment: str, *, job: str = "", missing: str = ""
) -> OperatorError:
    """Return the error to raise for a failed AWS call.

    Args:
        what: What failed, as the beginning of a sentence.
        error: Error of botocore.
        environment: Environment for the next command.
        job: Job of `make rights` whose policy allows the call; by default any of the analysts'.
        missing: What to do if the resource does not exist; by default, check whether it was destroyed.
    """
    return OperatorError(f"{what}: {error}\n{_next(error, environment, job, missing)}")


def _next(error: BotoCoreError | ClientError, environment: str, job: str, missing: str) -> str:
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    if isinstance(error, _NO_CREDENTIALS) or code in _BAD_CREDENTIALS:
        return _RENEW
    if code == "ResourceNotFoundException":
        return missing or f"Was {environment} destroyed? To check: {hints.make('outputs', environment)}"
    if isinstance(error, ConnectionError | HTTPClientError):
        return "Is `make local` still running?" if environment == "local" else "Is this machine online?"
    who, option = (f"the job {job}", f" JOB={job}") if job else ("an analyst", "")
    return f"For the policy of {who}: {hints.make('rights', environment)}{option}"
