"""The provider as a Pulumi plugin: the real engine drives over gRPC what the embedded engine drives directly.

Each method translates one request and one answer of `pulumi.runtime.proto.provider_pb2`; what a resource
type means is the provider's alone. Secrets arrive and leave in the clear: the engine remembers which
properties are secret, because this plugin does not claim to accept them.
"""

# ruff: noqa: N802, ARG002 - the names and signatures are the protocol's

import threading
from importlib.metadata import version
from typing import Any

from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError
from emulator.provider.provider import Diff, Provider
from tools.local.engine.plugin_answers import INCOMPLETE, difference, failures, plain, refusals, type_of
from tools.local.engine.wire import encode_whole

CURRENT_ID = "__id"
"""Output that holds a resource's id after an update has changed it: the engine keeps the first one."""


class ProviderPlugin(provider_pb2_grpc.ResourceProviderServicer):
    """Serves every package of the provider.

    The engine opens a connection for each provider resource of a program and configures it once, so the
    connection tells which configured provider a request is for.
    """

    def __init__(self, cloud: Cloud) -> None:
        """`cloud` is where the resources live."""
        self._cloud = cloud
        self._configured: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def Handshake(self, request: Any, context: Any) -> Any:
        """Return what this plugin understands: the bare protocol."""
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        """Return the engine attaches itself; this plugin never calls back."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The engine wants no plugin older than its SDK package; that of AWS has the highest version."""
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def GetSchema(self, request: Any, context: Any) -> Any:
        """None: the SDK packages of the programs have their own."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Cancel(self, request: Any, context: Any) -> Any:
        """Calls to the emulator are short: what runs is let end."""
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Judge a provider resource's settings."""
        package = type_of(request.urn).rpartition(":")[2]
        settings = plain(request.news)
        with refusals(context):
            faults = Provider(self._cloud, package).check_config(settings)
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures(faults))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Settings change in place: none of them moves a resource elsewhere."""
        old = plain(request.old_inputs)
        new = plain(request.news)
        changed = (name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))
        return difference(Diff(tuple(changed)))

    def Configure(self, request: Any, context: Any) -> Any:
        """Remember the settings for this connection."""
        settings = plain(request.args)
        provider = Provider(self._cloud)
        provider.configure(settings)
        with self._lock:
            self._configured[context.peer()] = provider
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Complete and judge a resource's inputs."""
        olds = plain(request.olds)
        news = plain(request.news)
        with refusals(context):
            inputs, faults = self._provider(context).check(type_of(request.urn), request.urn, olds, news)
        return provider_pb2.CheckResponse(inputs=encode_whole(inputs), failures=failures(faults))

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare new inputs with old ones; what was never finished is replaced."""
        if INCOMPLETE in request.olds.fields:
            return difference(Diff((INCOMPLETE,), (INCOMPLETE,), delete_before_replace=True))
        old = plain(request.old_inputs)
        new = plain(request.news)
        with refusals(context):
            return difference(self._provider(context).diff(type_of(request.urn), old, new))

    def Create(self, request: Any, context: Any) -> Any:
        """Create a resource, or say what is known of one that would be."""
        inputs = plain(request.properties)
        with refusals(context, inputs):
            resource_id, outputs = self._provider(context).create(
                type_of(request.urn), inputs, preview=request.preview
            )
        return provider_pb2.CreateResponse(id=resource_id, properties=encode_whole(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """Return what a resource is now; an answer without an id says that it is gone."""
        inputs = plain(request.inputs)
        outputs = plain(request.properties)
        with refusals(context):
            found = self._provider(context).read(
                type_of(request.urn), outputs.get(CURRENT_ID, request.id), inputs, outputs
            )
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.resource_id, inputs=encode_whole(found.inputs), properties=encode_whole(found.outputs)
        )

    def Update(self, request: Any, context: Any) -> Any:
        """Change a resource in place."""
        old_inputs = plain(request.old_inputs)
        old_outputs = plain(request.olds)
        new_inputs = plain(request.news)
        with refusals(context):
            resource_id, outputs = self._provider(context).update(
                type_of(request.urn),
                old_outputs.get(CURRENT_ID, request.id),
                old_inputs,
                old_outputs,
                new_inputs,
                preview=request.preview,
            )
        if resource_id != request.id:
            outputs = {**outputs, CURRENT_ID: resource_id}
        return provider_pb2.UpdateResponse(properties=encode_whole(outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        """Delete a resource."""
        inputs = plain(request.old_inputs)
        outputs = plain(request.properties)
        with refusals(context):
            self._provider(context).delete(
                type_of(request.urn), outputs.get(CURRENT_ID, request.id), inputs, outputs
            )
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Answer a function call of a program."""
        arguments = plain(request.args)
        with refusals(context):
            answer = self._provider(context).invoke(request.tok, arguments)
        return provider_pb2.InvokeResponse(**{"return": encode_whole(answer)})

    def _provider(self, context: Any) -> Provider:
        with self._lock:
            try:
                return self._configured[context.peer()]
            except KeyError:
                raise ProviderError("this connection's provider was never configured") from None
