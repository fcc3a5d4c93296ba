"""Where `roles_boundary` names a policy, every role is bounded by it; where nothing does, none is."""

import pytest

from shared.infra.layers import LAYERS, upstream_of
from shared.infra.settings import SettingError
from tests.support.harness import deploy_all, exports_of, run_layer
from tests.support.recorded import LayerRun

WITH_ROLES = ("compute", "alerting")


def run_with(layer: str, boundary: str) -> LayerRun:
    runs = deploy_all("dev").runs
    exports = exports_of({each.name: runs[each.name] for each in upstream_of(layer)})
    return run_layer(layer, "dev", exports, {f"{LAYERS[layer].project}:roles_boundary": boundary})


def test_the_layers_with_roles_are_these() -> None:
    assert {role.layer for role in deploy_all("dev").of_type("iam/role:Role")} == set(WITH_ROLES)


@pytest.mark.parametrize("layer", WITH_ROLES)
def test_every_role_of_a_layer_is_bounded(layer: str) -> None:
    roles = run_with(layer, "a-boundary").of_type("iam/role:Role")
    assert roles
    boundaries = {role.inputs.get("permissionsBoundary") for role in roles}
    assert boundaries == {"arn:aws:iam::123456789012:policy/a-boundary"}


def test_no_role_is_bounded_unless_it_is_asked_for() -> None:
    roles = deploy_all("dev").of_type("iam/role:Role")
    assert roles
    assert [role for role in roles if role.inputs.get("permissionsBoundary") is not None] == []


@pytest.mark.parametrize("name", ["arn:aws:iam::123456789012:policy/x", "a/b", ""])
def test_what_is_no_name_of_a_policy_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="roles_boundary"):
        run_with("compute", name)
