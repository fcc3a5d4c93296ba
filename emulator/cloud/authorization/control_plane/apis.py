"""API Gateway: a REST API and its children, which inherit its tags."""

from collections.abc import Iterator
from urllib.parse import unquote

from emulator.cloud.account import REGION, backend
from emulator.cloud.authorization.control_plane.reading import asked_for, borne, plain_tags
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call


def read(call: Call) -> Iterator[Requirement]:
    """Yield the right to the call's method on its path."""
    # A call about tags names the API by its ARN, quoted.
    parts = [part for part in unquote(call.request.path).split("/") if part]
    if parts[:1] == ["tags"]:
        parts = parts[2:]
    api = backend("apigateway").apis.get(parts[1]) if len(parts) > 1 and parts[0] == "restapis" else None
    # Validators are no children that inherit the tags ("API Gateway resources that can be tagged").
    context = borne(plain_tags(api.tags)) if api and parts[2:3] != ["requestvalidators"] else {}
    # On an API's children the tags that a call gives are theirs, not the API's.
    given = asked_for(plain_tags(call.content.get("tags")))
    path = f"arn:aws:apigateway:{REGION}::{call.request.path}"
    yield Requirement(f"apigateway:{call.request.method}", path, {**context, **given})
