"""`python -m tools.local pulumi -- ARGUMENTS`: the Pulumi CLI on the embedded AWS, with its own arguments."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.address import Emulator, NoEmulatorError
from tools.deploy import cli_process, engine
from tools.deploy.project import environments, suffix_of
from tools.local.engine.administrator import make_boundaries
from tools.local.engine.cli_arguments import DEPLOYING, CommandLine
from tools.local.engine.cli_home import CliHome
from tools.local.engine.errors import EngineError
from tools.local.engine.handover import Engines
from tools.local.run_directory import emulator_of, run_directory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--run-directory",
        type=Path,
        default=run_directory(),
        help="the emulator's directory (default: LOCAL_DIRECTORY or build/local)",
    )
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="ARGUMENTS",
        help="after `--`: what the Pulumi CLI gets, such as: -C stacks/data up --stack local",
    )


def run(options: argparse.Namespace) -> int:
    """Run the CLI; returns its exit code."""
    try:
        command = CommandLine.parse(options.arguments)
        binary = engine.pulumi_binary()
        if command.tells_of_itself:
            return cli_process.run(
                [str(binary), *options.arguments], CliHome(Path()).environment(binary, None)
            )
        return _run(command, binary, options.run_directory)
    except (EngineError, NoEmulatorError, engine.CliError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(command: CommandLine, binary: Path, directory: Path) -> int:
    if command.writes_settings:
        raise EngineError(
            f"settings of a local environment live in {command.directory}/Pulumi.<environment>.yaml: "
            "edit that file, or give one for this run: --config namespace:key=value"
        )
    emulator = emulator_of(directory)
    home = CliHome(directory)
    if home.open(emulator):
        print("the embedded AWS of the last deployment has ended; starting afresh", file=sys.stderr)
    Engines(directory, emulator).before_cli(command)
    if command.verb in DEPLOYING and command.layer is not None:
        # Which stack is meant, the CLI alone may know.
        for stack in environments():
            make_boundaries(emulator, suffix_of(command.layer, stack), command.layer)
    where = command.directory if command.layer is None else home.project(command.layer)
    with _attachment(emulator, needed=command.needs_provider) as attachment:
        environment = home.environment(binary, attachment)
        return cli_process.run([str(binary), "-C", str(where), *command.rest], environment)


@contextmanager
def _attachment(emulator: Emulator, *, needed: bool) -> Iterator[str | None]:
    """How the CLI finds the provider, which is served while the block lasts; None where it is not needed."""
    if not needed:
        yield None
        return
    from emulator.provider.cloud import Cloud  # noqa: PLC0415
    from tools.local.engine import serving  # noqa: PLC0415 - gRPC takes a while to import

    with serving.serving(Cloud.of(emulator)) as port:
        yield serving.attachment(port)
