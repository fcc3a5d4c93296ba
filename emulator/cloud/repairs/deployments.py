"""API Gateway: make a deployment a snapshot of the API, which its stages serve.

Moto stores only a deployment's id, so that a stage would serve the API's current state.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from moto.apigateway.models import Deployment, RestAPI

from emulator.cloud.account import backend
from emulator.cloud.replacing import replaces


@dataclass(frozen=True, slots=True)
class ApiSnapshot:
    """An API at the time of its deployment, in the shapes of API Gateway's responses.

    `methods` has each method's ``resourceId``, ``path`` and GetMethod response; `schemas` maps model names to
    JSON schema text; `responses` maps gateway response types to GetGatewayResponse responses.
    """

    methods: list[dict[str, Any]] = field(default_factory=list)
    schemas: dict[str, str] = field(default_factory=dict)
    body_validators: frozenset[str] = frozenset()
    responses: dict[str, dict[str, Any]] = field(default_factory=dict)


_create = RestAPI.create_deployment


@replaces(RestAPI, "create_deployment")
def _create_with_snapshot(
    self: RestAPI, name: str, description: str, stage_variables: Any = None
) -> Deployment:
    deployment = _create(self, name, description, stage_variables)
    deployment.snapshot = take_snapshot(self)  # type: ignore[attr-defined]
    return deployment


def take_snapshot(api: RestAPI) -> ApiSnapshot:
    """Return a snapshot of the API's current state."""
    methods = [
        {"resourceId": resource.id, "path": resource.get_path(), **copy.deepcopy(method.to_json())}
        for resource in api.resources.values()
        for method in resource.resource_methods.values()
    ]
    return ApiSnapshot(
        methods=methods,
        schemas={model.name: model.schema or "{}" for model in api.models.values()},
        body_validators=frozenset(
            each.id for each in api.request_validators.values() if each.validate_request_body
        ),
        responses={name: copy.deepcopy(each.to_json()) for name, each in api.gateway_responses.items()},
    )


@dataclass(frozen=True, slots=True)
class DeployedStage:
    """A stage and the snapshot that it serves."""

    api_id: str
    api_name: str
    stage_name: str
    deployment_id: str
    snapshot: ApiSnapshot
    method_settings: dict[str, dict[str, Any]]
    variables: dict[str, str]
    tracing_enabled: bool


def find_stage(api_id: str, stage_name: str) -> DeployedStage | None:
    """Return a stage of an API, or None. The caller must hold moto's lock."""
    api = backend("apigateway").apis.get(api_id)
    stage = api.stages.get(stage_name) if api else None
    if stage is None:
        return None
    deployment = api.deployments.get(stage.deployment_id)
    return DeployedStage(
        api_id=api_id,
        api_name=api.name,
        stage_name=stage_name,
        deployment_id=stage.deployment_id or "",
        snapshot=getattr(deployment, "snapshot", None) or ApiSnapshot(),
        method_settings=stage.method_settings,
        variables=dict(stage.variables or {}),
        tracing_enabled=bool(stage.tracing_enabled),
    )
