"""`python -m tools.deploy.pipeline ENV`: the layers to deploy, as an output of a step of a workflow."""

import argparse
import json
import sys

from tools.deploy.pipeline.plan import GitHubError, ask_github, changed_since, layers_to_deploy


def main() -> int:
    """Print `layers=[...]`: those that have changed since each was last deployed."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy.pipeline", description=main.__doc__)
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    environment = parser.parse_args().environment
    try:
        layers = list(layers_to_deploy(environment, ask_github, changed_since))
    except GitHubError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"layers={json.dumps(layers)}")
    print(f"to deploy to {environment}: {', '.join(layers) or 'nothing'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
