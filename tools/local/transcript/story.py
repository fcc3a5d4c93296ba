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


INTRODUCTION = """# Deployed by the Pulumi CLI, a transcript

<!-- Written by `make transcript`, which runs all of this anew. Do not edit. -->

Every command below was run as it stands, with the real Pulumi CLI and engine, on an embedded AWS.
`make transcript` runs them again in a copy of the project and writes this page, so that it changes only when
something real does. For that, `<id>`, `<port>`, `<time>` and the like stand for what is new in each run; of
the steps that run at the same time only the ends are kept, sorted; and the steps of a preview are left out
where its execution follows and repeats them.
With `ENV=dev` the same commands deploy to AWS.
"""

FIRST_TERMINAL = Step(
    "An empty AWS, in a first terminal",
    "It stays until Ctrl-C. The CLI's state, passphrase and settings lie in its folder and end with it.",
    "make local ENGINE=pulumi",
)

STORY = (
    Step(
        "Deploy",
        "The four projects in the order of the layers, in a second terminal.",
        f"make deploy {_WHERE}",
    ),
    Step("Deploy again", "Nothing has changed, so nothing is done.", f"make deploy {_WHERE}"),
    Step(
        "Change a setting of one layer",
        "The owner of compute wants more in the logs ...",
        "sed -i 's/log_level: INFO/log_level: DEBUG/' stacks/compute/Pulumi.local.yaml",
    ),
    Step("Deploy that layer", "... and deploys that layer alone.", f"make deploy-compute {_WHERE}"),
    Step(
        "Change what another layer reads",
        "The owner of data keeps transactions for a day longer.",
        "sed -i 's/transactions_time_to_live_days: 30/transactions_time_to_live_days: 31/' "
        "stacks/data/Pulumi.local.yaml",
    ),
    Step(
        "Deploy it",
        "No resource of data changes, but one of its outputs does: at the end stands who has to follow.",
        f"make deploy-data {_WHERE}",
    ),
    Step("Ask again", "Whoever asks later is told the same.", f"make stale {_WHERE}", fails=True),
    Step("Follow", "The owner of compute runs what was named.", f"make deploy-compute {_WHERE}"),
    Step("Nothing is stale", "Everybody has followed.", f"make stale {_WHERE}"),
    Step(
        "A layer that others depend on",
        "It cannot be taken away from under them.",
        f"make destroy-data {_WHERE}",
        fails=True,
    ),
    Step("Destroy", "All four, in exact reverse.", f"make destroy {_WHERE}"),
)
