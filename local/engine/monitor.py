"""The resource monitor of the embedded engine: the program's side of a deployment, inside its process."""

from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2

from local.engine.deployment import Deployment
from local.engine.errors import EngineError, UnknownStackError
from local.engine.goal import goal_of, urn_of
from local.engine.program import STACK_TYPE, RecordingMonitor
from local.engine.project import Project
from local.engine.state import StateStore
from local.engine.wire import decode, encode

STACK_REFERENCE = "pulumi:pulumi:StackReference"

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
)
"""What the embedded engine does; the SDK itself refuses options that need more."""


class NoMocks(Mocks):
    """The SDK wants mocks beside a monitor; this monitor never asks them."""

    def call(self, args: MockCallArgs) -> Any:
        """Never asked."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: MockResourceArgs) -> Any:
        """Never asked."""
        raise NotImplementedError(args.typ)


class EngineMonitor(RecordingMonitor):
    """Answers a program's requests from a deployment and from the states of other layers."""

    def __init__(self, project: Project, deployment: Deployment, store: StateStore) -> None:
        """`store` holds the states of the same environment's layers."""
        super().__init__(NoMocks())
        self._project = project
        self._deployment = deployment
        self._store = store

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """URNs as the real engine builds them."""
        return urn_of(self._project.stack, self._project.name, parent, type_, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Bring a resource to its goal."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self.record(urn, request)
        state = self._deployment.register(goal_of(request, urn))
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=state.id, object=encode(state.outputs, state.secret_properties)
        )

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Answer for a StackReference, or read a resource that this layer does not own."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_REFERENCE:
            outputs = self._stack_outputs(request.id)
        else:
            provider = self._deployment.provider(request.provider, request.type.partition(":")[0])
            known, _ = decode(request.properties)
            found = provider.read(request.type, request.id, {}, known)
            if found is None:
                raise EngineError(f"{request.type} {request.name}: there is none with id {request.id}")
            outputs = found.outputs
        return resource_pb2.ReadResourceResponse(urn=urn, properties=encode(outputs))

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Answer a function call."""
        arguments, _ = decode(request.args)
        provider = self._deployment.provider(request.provider, request.tok.partition(":")[0])
        answer = provider.invoke(request.tok, arguments)
        return resource_pb2.ResourceInvokeResponse(**{"return": encode(answer)})

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """What the embedded engine supports."""
        del request
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def _stack_outputs(self, reference: str) -> dict[str, Any]:
        parts = reference.split("/")
        project, stack = (parts[-2], parts[-1]) if len(parts) > 1 else (self._project.name, parts[-1])
        state = self._store.of_project(project) if stack == self._project.stack else None
        if state is None:
            raise UnknownStackError(f"unknown stack {reference!r}: it is not deployed on this emulator")
        return {"name": reference, "outputs": state.outputs, "secretOutputNames": state.secret_outputs}
