"""The provider as a Pulumi plugin, for the real engine over gRPC.

Each method converts a request and response of `pulumi.runtime.proto.provider_pb2`. Secrets are in plain text:
the engine tracks secret properties, because this plugin does not declare support for them.
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
"""Output with the current id of a resource whose update changed it: the engine keeps the first id."""


class ProviderPlugin(provider_pb2_grpc.ResourceProviderServicer):
    """Serves every package of the provider.

    The engine opens a connection for each provider resource and configures it once, so that the connection
    identifies the configured provider.
    """

    def __init__(self, cloud: Cloud) -> None:
        """Set the cloud of the resources."""
        self._cloud = cloud
        self._configured: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def Handshake(self, request: Any, context: Any) -> Any:
        """Return the plugin's capabilities: none beyond the basic protocol."""
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        """Acknowledge the engine's attachment; the plugin never calls back."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the AWS SDK's version, the highest: engines require at least that of their SDK packages."""
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def GetSchema(self, request: Any, context: Any) -> Any:
        """Return an empty schema: the SDK packages have their own."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Cancel(self, request: Any, context: Any) -> Any:
        """Do nothing: calls to the emulator are short."""
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Check a provider resource's configuration."""
        package = type_of(request.urn).rpartition(":")[2]
        settings = plain(request.news)
        with refusals(context):
            faults = Provider(self._cloud, package).check_config(settings)
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures(faults))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Return no replacement: configuration changes in place."""
        old = plain(request.old_inputs)
        new = plain(request.news)
        changed = (name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))
        return difference(Diff(tuple(changed)))

    def Configure(self, request: Any, context: Any) -> Any:
        """Configure the provider of this connection."""
        settings = plain(request.args)
        provider = Provider(self._cloud)
        provider.configure(settings)
        with self._lock:
            self._configured[context.peer()] = provider
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Complete and check a resource's inputs."""
        olds = plain(request.olds)
        news = plain(request.news)
        with refusals(context):
            inputs, faults = self._provider(context).check(type_of(request.urn), request.urn, olds, news)
        return provider_pb2.CheckResponse(inputs=encode_whole(inputs), failures=failures(faults))

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare new inputs with old ones; an incomplete resource is replaced."""
        if INCOMPLETE in request.olds.fields:
            return difference(Diff((INCOMPLETE,), (INCOMPLETE,), delete_before_replace=True))
        old = plain(request.old_inputs)
        new = plain(request.news)
        with refusals(context):
            return difference(self._provider(context).diff(type_of(request.urn), old, new))

    def Create(self, request: Any, context: Any) -> Any:
        """Create a resource, or return its known outputs in a preview."""
        inputs = plain(request.properties)
        with refusals(context, inputs):
            resource_id, outputs = self._provider(context).create(
                type_of(request.urn), inputs, preview=request.preview
            )
        return provider_pb2.CreateResponse(id=resource_id, properties=encode_whole(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """Read a resource; a response without id means that it does not exist."""
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
        """Update a resource in place."""
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
        """Answer an invoke."""
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
