"""What the transcript shows: one environment from its first deployment to its end, by the Pulumi CLI."""

from dataclasses import dataclass

_WHERE = "ENV=local ENGINE=pulumi"


@dataclass(frozen=True)
class Step:
    """One command, and why somebody runs it. `fails`: it is to end with another exit code than 0."""

    heading: str
    text: str
    command: str
    fails: bool = False


INTRODUCTION = """# Transcript of a deployment with the Pulumi CLI

<!-- Written by `make transcript`, which runs all of this anew. Do not edit. -->

Each command below was run exactly as shown, with the real Pulumi CLI and engine, on an embedded AWS.
`make transcript` runs them again in a copy of the project and writes this page. To keep the page stable,
`<id>`, `<port>`, `<time>` and similar placeholders replace values that differ between runs; of concurrent
steps only the results are shown, sorted; and a preview is omitted if its execution repeats it.
With `ENV=dev` the same commands deploy to AWS.
"""

FIRST_TERMINAL = Step(
    "An empty AWS, in a first terminal",
    "It runs until Ctrl-C. Its folder contains the CLI's state, passphrase and settings, which end with it.",
    "make local ENGINE=pulumi",
)

STORY = (
    Step(
        "Deploy",
        "The four projects in dependency order, in a second terminal.",
        f"make deploy {_WHERE}",
    ),
    Step("Deploy again", "Nothing has changed, so nothing is updated.", f"make deploy {_WHERE}"),
    Step(
        "Change a setting of one layer",
        "The owner of compute raises the log level ...",
        "sed -i 's/log_level: INFO/log_level: DEBUG/' stacks/compute/Pulumi.local.yaml",
    ),
    Step("Deploy that layer", "... and deploys that layer alone.", f"make deploy-compute {_WHERE}"),
    Step(
        "Change what another layer reads",
        "The owner of data keeps transactions a day longer.",
        "sed -i 's/transactions_time_to_live_days: 30/transactions_time_to_live_days: 31/' "
        "stacks/data/Pulumi.local.yaml",
    ),
    Step(
        "Deploy it",
        "No resource of data changes, but one of its outputs does: the command lists the layers to update.",
        f"make deploy-data {_WHERE}",
    ),
    Step("List stale layers", "The same list is available at any time.", f"make stale {_WHERE}", fails=True),
    Step(
        "Update the stale layer",
        "The owner of compute runs the listed command.",
        f"make deploy-compute {_WHERE}",
    ),
    Step("Nothing is stale", "All layers are up to date.", f"make stale {_WHERE}"),
    Step(
        "A layer that others depend on",
        "You cannot destroy it before them.",
        f"make destroy-data {_WHERE}",
        fails=True,
    ),
    Step("Destroy", "All four layers, in reverse order.", f"make destroy {_WHERE}"),
)
