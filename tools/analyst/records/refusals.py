"""What to tell of a call that AWS refused or did not answer: what failed, and what to do next."""

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
_NOT_THERE: Final = frozenset({"ResourceNotFoundException"})
_RENEW: Final = "Renew your AWS credentials until `aws sts get-caller-identity` succeeds, then run this again"


def refused(what: str, error: BotoCoreError | ClientError, environment: str) -> OperatorError:
    """Return what to raise.

    Args:
        what: What failed, as the beginning of a sentence.
        error: What botocore raised.
        environment: Named in the next command.
    """
    return OperatorError(f"{what}: {error}\n{_next(error, environment)}")


def _next(error: BotoCoreError | ClientError, environment: str) -> str:
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    if isinstance(error, _NO_CREDENTIALS) or code in _BAD_CREDENTIALS:
        return _RENEW
    if code in _NOT_THERE:
        return f"Was {environment} destroyed? To check: {hints.make('outputs', environment)}"
    if isinstance(error, ConnectionError | HTTPClientError):
        return "Is `make local` still running?" if environment == "local" else "Is this machine online?"
    return f"For the policy of an analyst: {hints.make('rights', environment)}"
