"""Puts made bodies: verdicts, lists, rules, approvals. The gateway lets ten a second of each through."""

import json
import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from emulator.address import Emulator
from tests.fuzz.bodies import Bodies, Request
from tests.fuzz.judging import BY_THE_GATEWAY, change_faults
from tests.fuzz.run import Found
from tools.local.traffic.client import Answer, Identity, SigningClient

ROUTES: Final = ("/transactions/{transaction_id}/verdict", "/controls", "/rules", "/approvals")
METHOD: Final = "PUT"
ID: Final = "fuzz-1"
THROTTLED: Final = 429
PAUSE_SECONDS: Final = 0.1


def fuzz_changes(
    emulator: Emulator, outputs: Mapping[str, Any], bodies: Callable[[str, str], Bodies], count: int
) -> Found:
    """Put so many bodies, as many to each route; what the gateway refuses goes to the function, too."""
    found, functions = Found(), emulator.client("lambda")
    identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
    base = str(outputs["transactions_url"]).removesuffix("/transactions")
    for route in ROUTES:
        client = SigningClient(base + route.format(transaction_id=ID), identity, method=METHOD)
        for request in islice(bodies(route, METHOD), count // len(ROUTES)):
            answer = _patiently(client, request.content)
            wrong = list(change_faults(request, answer.status, answer.text))
            refused = answer.status == 400 and json.loads(answer.text).get("error") == BY_THE_GATEWAY
            if refused and (said := _ask(functions, outputs["verdicts_function_name"], route, request)):
                wrong.append(said)
            found.requests += 1
            found.good += request.fits
            found.by_function += refused
            found.by_status[answer.status] += 1
            for each in wrong:
                found.note(f"{route}: {each}", request)
        client.close()
    return found


def _patiently(client: SigningClient, content: bytes) -> Answer:
    while (answer := client.post(content)).status == THROTTLED:
        time.sleep(PAUSE_SECONDS)
    return answer


def _ask(functions: Any, name: str, route: str, request: Request) -> str | None:
    """Return what is wrong where the function answers a body that the gateway has refused."""
    event = {
        "resource": route,
        "pathParameters": {"transaction_id": ID},
        "requestContext": {"identity": {"userArn": "arn:aws:iam::123456789012:user/fuzz"}},
        "body": request.content.decode("utf-8", "replace"),
        "isBase64Encoded": False,
    }
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        return f"the function fails: {payload}"
    status = payload["statusCode"]
    return None if status in {400, 413} else f"the function answers {status} to what the gateway refuses"
