"""``make boundaries ENV=dev``: make the roles' boundaries in the account, as its administrator."""

import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from shared.infra.arns import REGION
from tools.deploy import hints
from tools.deploy.boundaries import account
from tools.deploy.boundaries.documents import boundaries
from tools.deploy.project import suffix_of
from tools.terminal.ending import ended
from tools.terminal.parser import Parser


def main() -> int:
    """Create, update or delete the permissions boundaries of an environment's roles."""
    parser = Parser(prog="python -m tools.deploy.boundaries", description=main.__doc__)
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument("--delete", action="store_true", help="delete them, after the roles are deleted")
    options = parser.parse_args()
    suffix = suffix_of("compute", options.environment)
    try:
        number = boto3.client("sts", region_name=REGION).get_caller_identity()["Account"]
        iam = boto3.client("iam", region_name=REGION)
        wanted = list(boundaries(number, suffix))
        if options.delete:
            for gone in account.remove(iam, wanted):
                print(f"deleted  {gone.name}")
            return 0
        for each, before in account.make(iam, wanted):
            done = {
                account.State.MISSING: "made",
                account.State.DIFFERENT: "changed",
                account.State.SAME: "same",
            }
            print(f"{done[before]:<8} {each.name}")
    except (BotoCoreError, ClientError) as error:
        print(
            f"error: {error}\nOnly the account administrator, not a layer's deployer, may manage the "
            f"boundaries: use those credentials, then run: {hints.make('boundaries', options.environment)}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(ended("boundaries", main, on_interrupt="finished work is kept; the same command resumes"))
