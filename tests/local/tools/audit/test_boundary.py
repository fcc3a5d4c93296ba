"""Within its boundary a role does no more than it needs, whatever a deployer writes into it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloud.account import ACCOUNT_ID
from emulator.provider.cloud import Cloud
from tools.audit.privileges.account import Account
from tools.deploy.boundaries import account as shipped
from tools.deploy.boundaries.documents import boundaries
from tools.local.engine.administrator import make_boundaries

EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
OWN_ACCOUNT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
OWN = f"arn:aws:iam::{ACCOUNT_ID}:policy/ingest-role-boundary-dev"
ANOTHERS = f"arn:aws:iam::{ACCOUNT_ID}:policy/pipe-role-boundary-dev"


@pytest.fixture(scope="module")
def deployer(account: Account) -> Cloud:
    """Who deploys compute, after having done so."""
    for layer in ("network", "data", "compute"):
        code, told = account.deploy(layer, account.take_on(layer))
        assert code == 0, told
    return account.take_on("compute")


ESCAPES: dict[str, Callable[[Any], Any]] = {
    "takes the boundary away": lambda iam: iam.delete_role_permissions_boundary(RoleName="ingest-role-dev"),
    "sets AWS's own administrator as boundary": lambda iam: iam.put_role_permissions_boundary(
        RoleName="ingest-role-dev", PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "sets another role's boundary": lambda iam: iam.put_role_permissions_boundary(
        RoleName="ingest-role-dev", PermissionsBoundary=ANOTHERS
    ),
    "makes a role without one": lambda iam: iam.create_role(
        RoleName="pipe-role-dev", AssumeRolePolicyDocument=OWN_ACCOUNT
    ),
    "makes a role with another role's": lambda iam: iam.create_role(
        RoleName="pipe-role-dev", AssumeRolePolicyDocument=OWN_ACCOUNT, PermissionsBoundary=OWN
    ),
    "changes the boundary": lambda iam: iam.create_policy_version(
        PolicyArn=OWN, PolicyDocument=EVERYTHING, SetAsDefault=True
    ),
    "lets others take the role on": lambda iam: iam.update_assume_role_policy(
        RoleName="ingest-role-dev", PolicyDocument=OWN_ACCOUNT
    ),
}


@pytest.mark.parametrize("how", ESCAPES)
def test_a_deployer_cannot_escape_the_boundary(deployer: Cloud, how: str) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        ESCAPES[how](deployer.client("iam"))


def test_a_function_takes_no_layer_of_somebody_else(deployer: Cloud) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        deployer.client("lambda").update_function_configuration(
            FunctionName="ingest-function-dev",
            Layers=["arn:aws:lambda:us-east-1:999999999999:layer:theirs:1"],
        )


def test_a_role_with_all_rights_written_into_it_has_those_of_the_boundary(
    account: Account, deployer: Cloud
) -> None:
    administrator = account.emulator.client("iam")
    deployer.client("iam").put_role_policy(
        RoleName="ingest-role-dev", PolicyName="more", PolicyDocument=EVERYTHING
    )
    administrator.update_assume_role_policy(RoleName="ingest-role-dev", PolicyDocument=OWN_ACCOUNT)
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/ingest-role-dev"
    session = account.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="escaped")
    escaped = Cloud.of_session(account.emulator, session["Credentials"])

    item = {"transaction_id": {"S": "t"}, "timestamp": {"N": "1"}}
    escaped.client("dynamodb").put_item(TableName="transactions-dev", Item=item)
    beyond: list[Callable[[], Any]] = [
        lambda: escaped.client("iam").create_user(UserName="friend"),
        lambda: escaped.client("dynamodb").delete_table(TableName="transactions-dev"),
        lambda: escaped.client("dynamodb").put_item(TableName="profiles-table-dev", Item={}),
        lambda: escaped.client("sqs").receive_message(
            QueueUrl=f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT_ID}/suspicious-queue-dev"
        ),
        lambda: escaped.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/fraud-deploy-data-dev", RoleSessionName="further"
        ),
    ]
    for attempt in beyond:
        with pytest.raises(ClientError, match="not authorized"):
            attempt()


def test_without_its_boundary_no_role_is_made_and_in_use_none_is_deleted(
    account: Account, deployer: Cloud
) -> None:
    del deployer
    iam = account.emulator.client("iam")
    with pytest.raises(ClientError, match="does not exist or is not attachable"):
        iam.create_role(
            RoleName="x", AssumeRolePolicyDocument=OWN_ACCOUNT, PermissionsBoundary=f"{OWN}-missing"
        )
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_policy(PolicyArn=OWN)


def test_a_changed_boundary_is_seen_and_put_right(account: Account) -> None:
    iam = account.emulator.client("iam")
    make_boundaries(account.emulator, "other")
    wanted = list(boundaries(ACCOUNT_ID, "other"))
    assert set(shipped.states(iam, wanted).values()) == {shipped.State.SAME}
    for _ in range(shipped.VERSIONS_OF_A_POLICY + 1):
        versions = iam.list_policy_versions(PolicyArn=wanted[0].arn)["Versions"]
        if len(versions) < shipped.VERSIONS_OF_A_POLICY:
            iam.create_policy_version(PolicyArn=wanted[0].arn, PolicyDocument=EVERYTHING, SetAsDefault=True)
    assert shipped.state_of(iam, wanted[0]) is shipped.State.DIFFERENT
    before = {each.name: state for each, state in shipped.make(iam, wanted)}
    assert [name for name, state in before.items() if state is not shipped.State.SAME] == [wanted[0].name]
    assert shipped.state_of(iam, wanted[0]) is shipped.State.SAME
    assert [each.name for each in shipped.remove(iam, wanted)] == [each.name for each in wanted]
    assert set(shipped.states(iam, wanted).values()) == {shipped.State.MISSING}
