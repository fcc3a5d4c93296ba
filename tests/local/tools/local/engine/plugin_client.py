"""A gRPC client that asks the plugin what the Pulumi engine asks it."""

import json
from collections.abc import Mapping
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tools.local.engine.plugin_answers import plain
from tools.local.engine.wire import encode_whole

Values = dict[str, Any]


class PluginClient:
    """One connection to the plugin, which asks as the Pulumi engine does."""

    def __init__(self, port: int) -> None:
        # Without a pool of its own, channels to the same port would share a connection.
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options)
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, **tags: str) -> "PluginClient":
        settings = {"region": "us-east-1", "defaultTags": json.dumps({"tags": tags})}
        answer = self.stub.Configure(provider_pb2.ConfigureRequest(args=encode_whole(settings)))
        assert answer.supportsPreview
        assert not answer.acceptSecrets
        return self

    def check(self, urn: str, news: Values, olds: Values | None = None) -> Values:
        answer = self._check(urn, news, olds or {})
        assert not answer.failures
        return plain(answer.inputs)

    def faults(self, urn: str, news: Values) -> dict[str, str]:
        return {each.property: each.reason for each in self._check(urn, news, {}).failures}

    def diff(self, urn: str, old: Values, new: Values, outputs: Values | None = None) -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                id="any",
                urn=urn,
                olds=encode_whole(outputs or old),
                old_inputs=encode_whole(old),
                news=encode_whole(new),
            )
        )

    def create(self, urn: str, inputs: Values, *, preview: bool = False) -> tuple[str, Values]:
        answer = self.stub.Create(
            provider_pb2.CreateRequest(urn=urn, properties=encode_whole(inputs), preview=preview)
        )
        return answer.id, plain(answer.properties)

    def update(self, urn: str, resource_id: str, old: tuple[Values, Values], new: Values) -> Values:
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=resource_id,
                urn=urn,
                old_inputs=encode_whole(old[0]),
                olds=encode_whole(old[1]),
                news=encode_whole(new),
            )
        )
        return plain(answer.properties)

    def read(self, urn: str, resource_id: str, inputs: Values, outputs: Values) -> Any:
        return self.stub.Read(
            provider_pb2.ReadRequest(
                id=resource_id, urn=urn, inputs=encode_whole(inputs), properties=encode_whole(outputs)
            )
        )

    def delete(self, urn: str, resource_id: str, inputs: Values, outputs: Values) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=resource_id, urn=urn, old_inputs=encode_whole(inputs), properties=encode_whole(outputs)
            )
        )

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Values:
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=encode_whole(arguments)))
        return plain(getattr(answer, "return"))

    def _check(self, urn: str, news: Values, olds: Values) -> Any:
        return self.stub.Check(
            provider_pb2.CheckRequest(urn=urn, olds=encode_whole(olds), news=encode_whole(news))
        )


def urn_of(token: str, name: str) -> str:
    """A URN with a parent's type in it, as components give their children."""
    return f"urn:pulumi:local::plugin::project:index:Part${token}::{name}"
