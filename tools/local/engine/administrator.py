"""What an account's administrator does before anybody deploys; on the embedded AWS nobody else is there."""

from emulator.address import Emulator
from tools.deploy.boundaries import account
from tools.deploy.boundaries.documents import boundaries


def make_boundaries(emulator: Emulator, suffix: str, layer: str | None = None) -> None:
    """Make the permissions boundaries of the roles of an environment, or of one of its layers."""
    wanted = list(boundaries(emulator.account_id, suffix, layer))
    if not wanted:
        return
    iam = emulator.client("iam")
    for _ in account.make(iam, wanted):
        pass
