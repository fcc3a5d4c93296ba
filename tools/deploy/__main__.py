"""`python -m tools.deploy VERB --environment ENV`: the Pulumi CLI on one layer, or on all in order.

The embedded engine's commands have the same shape: `python -m tools.local VERB --environment local`.
"""

import argparse
import sys

from shared.infra.layers import LAYERS, layer
from tools.deploy import engine, hints, pulumi_command, walk
from tools.deploy.verbs import VERBS
from tools.terminal.ending import ended
from tools.terminal.parser import Parser


def main() -> int:
    """Run a verb and return its exit code."""
    parser = Parser(prog="python -m tools.deploy", description=__doc__)
    parser.add_argument("verb", choices=list(VERBS))
    parser.add_argument("--environment", required=True, help="dev, prod ...: the name of the stacks")
    parser.add_argument("--layer", choices=list(LAYERS), help="only this layer (default: all)")
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        type=_setting,
        metavar="NAMESPACE:KEY=VALUE",
        help="a setting for this run; can be repeated",
    )
    parser.add_argument("--json", action="store_true", help="with outputs: print JSON")
    options = parser.parse_args()
    if options.json and options.verb != "outputs":
        parser.error("--json requires outputs")
    try:
        # For the embedded AWS, tools.local starts the CLI with additional arguments.
        local = options.environment == "local"
        engine.check_fit([str(engine.pulumi_binary())] if local else pulumi_command.command())
    except engine.CliError as error:
        again = f"{options.verb}-{options.layer}" if options.layer else options.verb
        print(f"error: {error}\nThen: {hints.make(again, options.environment)}", file=sys.stderr)
        return 1
    if options.json:
        return walk.outputs_as_json(options.layer, options.environment)
    if options.layer is not None:
        return walk.one(options.verb, options.layer, options.environment, options.config)
    return walk.every(options.verb, options.environment, options.config)


def _setting(text: str) -> str:
    key, separator, _ = text.partition("=")
    namespace, colon, _ = key.partition(":")
    known = [*(layer(name).project for name in LAYERS), "aws", "pulumi"]
    if not separator or not colon or namespace not in known:
        raise argparse.ArgumentTypeError(
            f"{text!r}: use NAMESPACE:KEY=VALUE, with one of the namespaces {', '.join(known)}"
        )
    return text


if __name__ == "__main__":
    sys.exit(
        ended(
            "deploy",
            main,
            on_interrupt="finished work is kept in the state; the same command resumes",
        )
    )
