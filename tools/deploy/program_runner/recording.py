"""Run the programs with their settings under a recording monitor, without cloud, CLI or network.

``deploy_all("dev")`` runs the four layers in order with the exports of earlier ones. Results are cached and
must not be changed; ``run_layer`` runs a layer without the cache, with other exports or settings.
"""

import gc
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pulumi.runtime import mocks as pulumi_mocks

from shared.infra.layers import deployment_order, layer
from tools.deploy.program_runner import resource_outputs
from tools.deploy.program_runner.project import Project, read_project
from tools.deploy.program_runner.recorded import Deployment, Estate, LayerRun, Resource
from tools.deploy.program_runner.running import RecordingMonitor, Registration, plain, run_program
from tools.deploy.project import STACKS

ENVIRONMENTS = ("dev", "prod", "local")
ORGANIZATION = "organization"

STACK_REFERENCE = "pulumi:pulumi:StackReference"
CALLER_IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"


class UnknownStackError(LookupError):
    """A program reads a stack that was not run before."""


class DuplicateResourceError(ValueError):
    """A program registers two resources with the same type and name, which the real engine refuses."""


@dataclass(frozen=True)
class Exports:
    """The outputs of a stack as a StackReference returns them."""

    outputs: Mapping[str, Any]
    secret: frozenset[str] = frozenset()


@dataclass
class _Cloud(pulumi_mocks.Mocks):
    """Mocks that return generated ids and outputs, exports of earlier stacks, and the caller's identity."""

    exports: Mapping[str, Exports]
    answers: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    invokes: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, args: pulumi_mocks.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # SDK: a bare dict
        with self.lock:
            self.invokes.append(args.token)
        if args.token == CALLER_IDENTITY:
            account = resource_outputs.ACCOUNT_ID
            arn = f"arn:aws:iam::{account}:user/deployer"
            return {"accountId": account, "id": account, "arn": arn, "userId": "AIDAEXAMPLE"}
        raise LookupError(
            f"the programs must not look up {args.token}: pass the value through settings or contracts"
        )

    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == STACK_REFERENCE:
            return self._stack_reference(args.resource_id or args.name)
        inputs = {name: plain(value) for name, value in args.inputs.items()}
        if not args.custom:
            return "", inputs
        if args.typ.startswith("pulumi:providers:"):
            answer: tuple[str, dict[str, Any]] = (args.name, inputs)
        else:
            answer = resource_outputs.create(args.typ, args.name, inputs)
        with self.lock:
            if (args.typ, args.name) in self.answers:
                raise DuplicateResourceError(f"{args.typ} {args.name} is registered twice")
            self.answers[args.typ, args.name] = answer
        identifier, outputs = answer
        return identifier, outputs

    def _stack_reference(self, stack: str) -> tuple[str, dict[str, Any]]:
        with self.lock:
            self.references.append(stack)
        if stack not in self.exports:
            raise UnknownStackError(f"unknown stack {stack!r}; deployed before: {sorted(self.exports)}")
        exports = self.exports[stack]
        outputs = {
            "name": stack,
            "outputs": dict(exports.outputs),
            "secretOutputNames": sorted(exports.secret),
        }
        return stack, outputs


def project_of(layer_name: str, environment: str, overrides: Mapping[str, str] | None = None) -> Project:
    """Return the layer's project with the settings of ``Pulumi.<environment>.yaml``."""
    return read_project(STACKS / layer_name, environment, overrides)


def stack_name(layer_name: str, environment: str) -> str:
    """Return the name for a StackReference to the layer: ``organization/project/stack``."""
    return f"{ORGANIZATION}/{layer(layer_name).project}/{environment}"


def run_layer(
    layer_name: str,
    environment: str,
    exports: Mapping[str, Exports],
    overrides: Mapping[str, str] | None = None,
) -> LayerRun:
    """Run a layer's program; ``exports`` are those of earlier stacks, by full stack name.

    Errors of the program are raised unchanged.
    """
    project = project_of(layer_name, environment, overrides)
    cloud = _Cloud(exports)
    run = run_program(project, RecordingMonitor(cloud), organization=ORGANIZATION, workers=1)
    return LayerRun(
        layer=layer_name,
        environment=environment,
        config=project.config,
        resources=tuple(
            sorted(
                (_resource(layer_name, each, cloud) for each in run.registrations),
                key=lambda resource: resource.urn,
            )
        ),
        references=tuple(sorted(cloud.references)),
        invokes=tuple(cloud.invokes),
        outputs=run.outputs,
        secret_outputs=run.secret_outputs,
    )


def _resource(layer_name: str, registration: Registration, cloud: _Cloud) -> Resource:
    identifier, outputs = cloud.answers.get((registration.type, registration.name), ("", {}))
    return Resource(
        layer=layer_name,
        type=registration.type,
        name=registration.name,
        urn=registration.urn,
        custom=registration.custom,
        parent=registration.parent,
        provider=registration.provider,
        id=identifier,
        inputs=registration.inputs,
        secret_inputs=registration.secret_inputs,
        outputs=outputs,
        dependencies=registration.dependencies,
        options=registration.options,
    )


def exports_of(runs: Mapping[str, LayerRun]) -> dict[str, Exports]:
    """Return the exports of the runs, as later layers read them."""
    return {
        stack_name(name, run.environment): Exports(run.outputs, run.secret_outputs)
        for name, run in runs.items()
    }


@cache
def deploy_all(environment: str) -> Deployment:
    """Run the four layers of an environment in deployment order."""
    runs: dict[str, LayerRun] = {}
    for each in deployment_order():
        runs[each.name] = run_layer(each.name, environment, exports_of(runs))
    # pulumi_aws creates so many objects that garbage collection takes half of each later run.
    gc.freeze()
    suffix = runs[deployment_order()[0].name].outputs["environment_suffix"]
    return Deployment(environment=environment, suffix=suffix, runs=runs)


@cache
def estate(environment: str) -> Estate:
    """Return all resources that the programs register for an environment."""
    deployment = deploy_all(environment)
    return Estate(environment, deployment.suffix, deployment.resources)
