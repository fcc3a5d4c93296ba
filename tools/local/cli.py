"""`python -m tools.local COMMAND`: the project on the embedded AWS. Each command loads only what it needs."""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from shared.infra.layers import LAYERS
from tools.local.run_directory import run_directory
from tools.terminal.ending import INTERRUPTED
from tools.terminal.parser import Parser

_ENGINE_COMMANDS = {
    "deploy": "create or update the resources of all layers in order, or of one",
    "preview": "show what deploy would do, without doing it",
    "refresh": "update the state from the deployed resources",
    "drift": "compare the deployed resources with the programs, read-only; fails if they differ",
    "outputs": "print the layers' outputs",
    "destroy": "delete the resources of all layers in reverse order, or of one",
}
_CHANGING = {"deploy", "refresh", "destroy"}
_OTHER_COMMANDS = {
    "up": ("tools.local.running.up", "start the embedded AWS, deploy all layers and keep running"),
    "demo": (
        "tools.local.running.demo",
        "run the full lifecycle of the pipeline with generated or given transactions",
    ),
    "chaos": (
        "tools.local.chaos.command",
        "inject faults into the pipeline from a seed, and verify the result",
    ),
    "pulumi": (
        "tools.local.engine.cli_command",
        "run the Pulumi CLI on the embedded AWS: what follows -- is its own",
    ),
    "provider": ("tools.local.engine.serving", "serve the embedded AWS to the Pulumi CLI until Ctrl-C"),
    "transcript": (
        "tools.local.transcript.transcript",
        "run a deployment with the Pulumi CLI and record its output",
    ),
    "environment": (
        "tools.local.running.variables",
        "print the shell's exports for clients of the embedded AWS",
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = Parser(prog="python -m tools.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _ENGINE_COMMANDS.items():
        _add_engine_arguments(commands.add_parser(name, help=text, description=text), name)
    for name, (module, text) in _OTHER_COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if given[:1] == [name]:
            importlib.import_module(module).add_arguments(command)
    options = parser.parse_args(given)
    if options.command in _OTHER_COMMANDS:
        implementation = importlib.import_module(_OTHER_COMMANDS[options.command][0])
        return int(implementation.run(options))
    return _run_engine(options)


def _add_engine_arguments(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("--environment", default="local", help="the stack's name (default: local)")
    command.add_argument("--layer", choices=list(LAYERS), help="only this layer (default: all)")
    command.add_argument(
        "--run-directory",
        type=Path,
        default=run_directory(),
        help="the emulator's directory (default: LOCAL_DIRECTORY or build/local)",
    )
    if name in ("deploy", "preview", "drift"):
        command.add_argument(
            "--config",
            action="append",
            default=[],
            metavar="NAMESPACE:KEY=VALUE",
            help="a setting for this run, overriding the stack's file; can be repeated",
        )
    if name == "deploy":
        command.add_argument(
            "--wait",
            type=float,
            default=0,
            metavar="SECONDS",
            help="how long to wait for an emulator to start (default: 0)",
        )
    if name == "preview":
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--steps", action="store_true", help="with --json: every step of the engine")
    if name == "outputs":
        command.add_argument("--json", action="store_true", help="as JSON")
        command.add_argument("--show-secrets", action="store_true", help="print secret outputs in plain text")


def _run_engine(options: argparse.Namespace) -> int:
    from emulator.address import NoEmulatorError  # noqa: PLC0415 - `--help` needs none of this
    from tools.deploy.program_runner.project import ProjectError  # noqa: PLC0415
    from tools.local.engine import embedded, handover, make_command, outputs, plan  # noqa: PLC0415
    from tools.local.engine.errors import EngineError  # noqa: PLC0415

    try:
        overrides = dict(_setting(each) for each in getattr(options, "config", []))
        environment = embedded.Environment(options.environment, options.run_directory, overrides)
        if options.command == "deploy" and options.wait:
            return embedded.deploy(environment, options.layer, wait_seconds=options.wait)
        emulator = environment.emulator()
        handover.Engines(options.run_directory, emulator).before_embedded(
            options.command, options.environment
        )
        if options.command == "outputs":
            return outputs.print_outputs(
                environment, options.layer, as_json=options.json, show_secrets=options.show_secrets
            )
        if options.command == "preview" and options.json:
            return plan.print_plan(environment, options.layer, every_step=options.steps)
        operation = getattr(embedded, options.command)
        return int(operation(environment, options.layer))
    except (EngineError, ProjectError, NoEmulatorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if not getattr(options, "json", False):  # else whatever reads this tells of it
            print(_interrupted(options, make_command.make_command), file=sys.stderr)
        return INTERRUPTED


def _interrupted(options: argparse.Namespace, make_command: Callable[[str, str, Path], str]) -> str:
    """What stands after an interrupt, and how to go on."""
    target = f"{options.command}-{options.layer}" if options.layer else options.command
    command = make_command(target, options.environment, options.run_directory)
    changes = options.command in _CHANGING
    stands = "finished operations are kept in the state" if changes else "nothing has changed"
    go_on = "Go on" if changes else "Start anew"
    return f"\n{options.command}: interrupted; {stands}. {go_on} with: {command}"


def _setting(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator:
        raise SystemExit(f"error: --config {text}: write NAMESPACE:KEY=VALUE")
    return key, value
