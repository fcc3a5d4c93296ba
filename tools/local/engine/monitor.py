"""The resource monitor of the embedded engine, in the program's process."""

from typing import Any

from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2

from emulator.provider.provider import Provider
from tools.deploy.program_runner.project import Project
from tools.local.engine.deployment import Deployment
from tools.local.engine.goal import goal_of, goal_of_read, urn_of
from tools.local.engine.stack_references import STACK_REFERENCE, stack_reference
from tools.local.engine.state import StateStore
from tools.local.engine.wire import abridged, decode, encode

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
)
"""What the embedded engine does; the SDK itself refuses options that need more."""


class NoMocks(Mocks):
    """Placeholder mocks, which the SDK requires and the monitor never calls."""

    def call(self, args: MockCallArgs) -> Any:
        """Never asked."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: MockResourceArgs) -> Any:
        """Never asked."""
        raise NotImplementedError(args.typ)


class EngineMonitor(MockMonitor):
    """Answers a program's requests from a deployment and from the states of other layers."""

    def __init__(self, project: Project, deployment: Deployment, store: StateStore) -> None:
        """`store` holds the states of the same environment's layers."""
        super().__init__(NoMocks())
        self._project = project
        self._deployment = deployment
        self._store = store

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return a URN as the real engine builds it."""
        return urn_of(self._project.stack, self._project.name, parent, type_, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Bring a resource to its goal."""
        urn = self.make_urn(request.parent, request.type, request.name)
        state = self._deployment.register(goal_of(request, urn))
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=state.id, object=encode(state.outputs, state.secret_outputs)
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Record the outputs of a component or the stack."""
        outputs, secrets = decode(request.outputs)
        self._deployment.set_outputs(request.urn, outputs, secrets)
        return empty_pb2.Empty()

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Resolve a StackReference, or read an external resource."""
        goal = goal_of_read(request, self.make_urn(request.parent, request.type, request.name))

        def answer(provider: Provider) -> tuple[dict[str, Any], list[str]] | None:
            if request.type == STACK_REFERENCE:
                return stack_reference(self._store, request.id)
            found = provider.read(request.type, request.id, {}, goal.inputs)
            return (abridged(found.outputs), []) if found else None

        state = self._deployment.read(goal, request.id, answer)
        return resource_pb2.ReadResourceResponse(
            urn=state.urn, properties=encode(state.outputs, state.secret_outputs)
        )

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Answer an invoke."""
        arguments, _ = decode(request.args)
        answer = self._deployment.invoke(request.provider, request.tok, request.version, arguments)
        return resource_pb2.ResourceInvokeResponse(**{"return": encode(answer)})

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Return what the embedded engine supports."""
        del request
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)
