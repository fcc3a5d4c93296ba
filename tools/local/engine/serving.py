"""`python -m tools.local provider`: the embedded AWS as a provider that the Pulumi CLI attaches to."""

import argparse
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2_grpc

from emulator.address import NoEmulatorError
from emulator.provider.cloud import Cloud
from tools.local.engine.plugin import ProviderPlugin
from tools.local.run_directory import emulator_of, run_directory

PACKAGES = ("aws", "random")
_THREADS = 16
_GRACE_SECONDS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--run-directory",
        type=Path,
        default=run_directory(),
        help="the emulator's directory (default: LOCAL_DIRECTORY or build/local)",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted or terminated; prints what the Pulumi CLI needs in its environment."""
    try:
        cloud = Cloud.of(emulator_of(options.run_directory))
    except NoEmulatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before threads start, so that they inherit the mask
    with serving(cloud) as port:
        print(f"PULUMI_DEBUG_PROVIDERS={attachment(port)}", flush=True)
        signal.sigwait(ends)
    return 0


def attachment(port: int) -> str:
    """Return the value of PULUMI_DEBUG_PROVIDERS: every package at the server's port."""
    return ",".join(f"{package}:{port}" for package in PACKAGES)


@contextmanager
def serving(cloud: Cloud) -> Iterator[int]:
    """Serve the provider's plugin on a free loopback port; yield the port."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderPlugin(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    try:
        server.start()
        yield port
    finally:
        server.stop(_GRACE_SECONDS).wait()
