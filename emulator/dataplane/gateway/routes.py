"""The routes of a deployed stage, from method and path to integration."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from emulator.cloud.repairs.deployments import ApiSnapshot

_FUNCTION_URI = re.compile(r":lambda:path/[^/]+/functions/(?P<arn>arn:aws:lambda:[^/]+)/invocations$")
_VARIABLE = re.compile(r"{[^}]+}")
_DEFAULT_TIMEOUT_MS = 29_000


@dataclass(frozen=True, slots=True)
class Route:
    """A deployed method; if the body is validated, `schemas` maps content types to JSON schema text."""

    resource_id: str
    resource_path: str
    method: str
    authorization: str
    integration_type: str
    function_arn: str
    timeout_seconds: float
    schemas: Mapping[str, str]

    @property
    def source_path(self) -> str:
        """The path in the source ARN that Lambda's policy is checked against: `*` for each path variable."""
        return _VARIABLE.sub("*", self.resource_path.lstrip("/"))


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """A matched route with its path parameters."""

    route: Route
    path_parameters: Mapping[str, str]


class RouteTable:
    """The routes of an API snapshot."""

    def __init__(self, snapshot: ApiSnapshot) -> None:
        self._routes = [
            (_expression(method["path"]), _route(method, snapshot)) for method in snapshot.methods
        ]
        self._routes.sort(key=lambda pair: pair[1].resource_path.count("{"))  # fixed paths first

    def find(self, method: str, path: str) -> RouteMatch | None:
        """Return the route of a request; `path` is relative to the stage and percent-encoded."""
        for expression, route in self._routes:
            match = expression.fullmatch(path.rstrip("/") or "/")
            if match and route.method in {method, "ANY"}:
                return RouteMatch(route, {name: unquote(value) for name, value in match.groupdict().items()})
        return None


def _expression(resource_path: str) -> re.Pattern[str]:
    parts = []
    for part in resource_path.strip("/").split("/"):
        if part.startswith("{") and part.endswith("+}"):
            parts.append(f"(?P<{part[1:-2]}>.+)")
        elif part.startswith("{") and part.endswith("}"):
            parts.append(f"(?P<{part[1:-1]}>[^/]+)")
        else:
            parts.append(re.escape(part))
    return re.compile("/" + "/".join(parts))


def _route(method: Mapping[str, Any], snapshot: ApiSnapshot) -> Route:
    integration = method.get("methodIntegration") or {}
    function = _FUNCTION_URI.search(integration.get("uri") or "")
    validated = method.get("requestValidatorId") in snapshot.body_validators
    models = (method.get("requestModels") or {}) if validated else {}
    return Route(
        resource_id=method["resourceId"],
        resource_path=method["path"],
        method=method["httpMethod"],
        authorization=method.get("authorizationType") or "NONE",
        integration_type=integration.get("type", ""),
        function_arn=function["arn"] if function else "",
        timeout_seconds=int(integration.get("timeoutInMillis") or _DEFAULT_TIMEOUT_MS) / 1000,
        schemas={kind: _schema_text(snapshot.schemas.get(name, "{}")) for kind, name in models.items()},
    )


def _schema_text(schema: object) -> str:
    return schema if isinstance(schema, str) else json.dumps(schema)
