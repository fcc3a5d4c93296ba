"""botocore's clients, which moto answers, in place of the functions' own: the same operations and errors."""

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.clients import AwsError


def create_client(service: str, *, attempts: int = 2) -> Any:
    """Return a client of botocore that raises what the functions' own client does."""
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, parameter_validation=False)
    session = botocore.session.get_session()
    return Translated(session.create_client(service, region_name="us-east-1", config=config))


class Translated:
    """A client of botocore whose errors are those of `shared.runtime.clients`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in self._client.meta.method_to_api_mapping:
            return found

        def call(**arguments: Any) -> Any:
            try:
                return found(**arguments)
            except (BotoCoreError, ClientError) as error:
                raise translated(error) from None

        return call


def translated(error: BotoCoreError | ClientError) -> AwsError:
    """Return an error of botocore as the functions' own client would raise it."""
    if not isinstance(error, ClientError):
        return AwsError(type(error).__name__)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return AwsError(error.response["Error"]["Code"], status, dict(error.response))
