"""Answer DynamoDB item operations with moto's handlers, bypassing moto's parser and serializer.

Requests and responses are JSON already. Moto 5.2.5 parses each request by botocore's model and serializes
each response by trying every possible member, which takes more than half of the CPU time under load.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, REGION
from emulator.cloud.calls import Call
from emulator.cloud.http_server import HttpResponse

_METHODS: Final[Mapping[str, Callable[[DynamoHandler], ActionResult]]] = {
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "TransactGetItems": DynamoHandler.transact_get_items,
    "TransactWriteItems": lambda handler: handler.transact_write_items(),  # late, as a repair replaces it
    "UpdateItem": DynamoHandler.update_item,
}
_HEADERS = (("Content-Type", "application/x-amz-json-1.0"),)


def is_on_items(call: Call) -> bool:
    """Return whether this module handles the call."""
    return (
        call.service == "dynamodb"
        and call.operation in _METHODS
        and "content-encoding" not in call.request.headers
    )


def answer(call: Call) -> HttpResponse:
    """Return moto's response to an item operation."""
    handler = DynamoHandler()
    handler.body = handler.params = json.loads(call.request.body, object_hook=_with_bytes)
    handler.region, handler.current_account = REGION, ACCOUNT_ID
    handler.querystring, handler.response_headers = {}, {}
    handler.headers = call.request.headers
    with MOTO_LOCK:
        try:
            content = dynamo_json_dump(_METHODS[call.operation](handler).result)
        except HTTPException as error:
            return HttpResponse(error.code or 400, (error.description or "").encode(), _HEADERS)
        except ServiceException as error:
            status, headers, body = handler.serialized(ActionResult(error))
            return HttpResponse(
                status, str(body).encode(), [(str(name), str(of)) for name, of in headers.items()]
            )
    return HttpResponse(200, content.encode(), _HEADERS)


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decode binary attribute values in a JSON object to bytes, as moto stores them."""
    if isinstance(content := value.get("B"), str):
        return {"B": base64.b64decode(content)}
    if isinstance(contents := value.get("BS"), list) and all(isinstance(each, str) for each in contents):
        return {"BS": [base64.b64decode(each) for each in contents]}
    return value
