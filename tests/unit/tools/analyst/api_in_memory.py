"""The function behind the signed API, in this process, over tables in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from shared.runtime.logs import Logger
from stacks.compute.functions.verdicts.adapters import ChangesTable, DynamoTables, TableNames
from stacks.compute.functions.verdicts.changing import Changing
from stacks.compute.functions.verdicts.handler import VerdictsService
from stacks.compute.functions.verdicts.ruling import Ruling
from stacks.compute.functions.verdicts.settings import VerdictsSettings
from tests.unit.functions.builders import SECRET
from tools.deploy.signed_api import Answer, SignedApi

ANA = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Analysts_0123456789abcdef/ana"
BEN = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Analysts_0123456789abcdef/ben"
SETTINGS = {
    "ENVIRONMENT_SUFFIX": "dev",
    "LOG_LEVEL": "ERROR",
    "PSEUDONYM_SECRET": SECRET,
    "TRANSACTIONS_TABLE": "transactions-dev",
    "ALERTS_TABLE": "alerts-dev",
    "ALERTS_TIME_TO_LIVE_DAYS": "365",
    "PROFILES_TABLE": "profiles-dev",
    "PROFILES_TIME_TO_LIVE_DAYS": "180",
    "ALLOW_ALONE_DAYS": "30",
    "ALLOW_ALONE_DOLLARS": "1000",
    "RULES_PUBLISHED_BY": "one",
}


@dataclass
class Api:
    """The function, and whose signature its requests carry."""

    service: VerdictsService
    caller: str | None = ANA

    @classmethod
    def over(cls, dynamodb: Any, **changes: str) -> "Api":
        """With other settings where they are given, by the names of their variables."""
        settings = VerdictsSettings.read({**SETTINGS, **changes})
        names = TableNames("transactions-dev", "alerts-dev", "profiles-dev")
        ruling = Ruling(DynamoTables(dynamodb, names), settings)
        changing = Changing(ChangesTable(dynamodb, "profiles-dev"), settings.limits)
        return cls(VerdictsService(ruling, changing, Logger("verdicts", "ERROR")))

    def put(self, path: str, body: str, caller: str | None) -> dict[str, Any]:
        """Answer as the gateway asks; `path` is below the stage."""
        parts = path.strip("/").split("/")
        given = {"transaction_id": unquote(parts[1])} if len(parts) == 3 else None
        resource = "/transactions/{transaction_id}/verdict" if given else f"/{parts[-1]}"
        event = {
            "resource": resource,
            "pathParameters": given,
            "body": body,
            "requestContext": {"identity": {"userArn": caller}},
        }
        return self.service.respond(event, lambda: 8000)

    def send(self, method: str, url: str, body: Mapping[str, Any]) -> Answer:
        """Stand in for `SignedApi.send`."""
        assert method == "PUT"
        path = urlsplit(url).path.removeprefix("/live")
        answered = self.put(path, json.dumps(body), self.caller)
        return Answer(answered["statusCode"], answered["body"], 1.0)

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer whatever is signed in this process."""
        monkeypatch.setattr(SignedApi, "send", lambda _, *arguments: self.send(*arguments))
