"""The table: what deploying each resource type calls in AWS. A registered type without a row is an error."""

from collections.abc import Iterator, Mapping

from tools.audit.deployer_rights.grants import Grant, GrantError, Scope
from tools.audit.deployer_rights.rows import api, events, functions, identities, keys, network, stores
from tools.audit.deployer_rights.rows.row import Row
from tools.deploy.program_runner.recorded import LayerRun

ROWS: Mapping[str, Row] = {
    **network.ROWS,
    **keys.ROWS,
    **stores.ROWS,
    **identities.ROWS,
    **functions.ROWS,
    **events.ROWS,
    **api.ROWS,
}
"""Pulumi type -> the grants for one resource of that type."""

NO_CALLS = frozenset(
    {"pulumi:providers:aws", "pulumi:providers:random", "random:index/randomPassword:RandomPassword"}
)
"""Types that AWS never hears of; a provider asks for the caller's identity, which needs no right."""


class UnlistedTypeError(GrantError):
    """A program registers a type whose calls nobody has written down."""


def grants(scope: Scope, run: LayerRun) -> Iterator[Grant]:
    """Every right that deploying what the layer registered needs.

    Raises:
        UnlistedTypeError: a registered type has no row.
    """
    for resource in run.resources:
        if not resource.custom or resource.type in NO_CALLS:
            continue
        if resource.type not in ROWS:
            raise UnlistedTypeError(
                f"{resource} has no row in tools/audit/deployer_rights/rows: "
                "write down what deploying it calls"
            )
        yield from ROWS[resource.type](scope, resource)
