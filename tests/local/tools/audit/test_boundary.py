"""Under a boundary a deployer can write what it likes into a role, and the role can do no more for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloud.account import ACCOUNT_ID
from emulator.provider.cloud import Cloud
from tests.local.tools.audit.deploying import ENVIRONMENT, Account, RoleCloud
from tools.audit.deployer_rights.boundary import boundary, name_of
from tools.audit.deployer_rights.documents import POLICY_LIMIT, size
from tools.deploy.program_runner.recording import deploy_all, exports_of, run_layer

NAME = name_of(ENVIRONMENT)
SETTING = {"fraud-compute:roles_boundary": NAME}
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


@pytest.fixture(scope="module")
def deployer(account: Account) -> Cloud:
    """Who deploys compute where its roles are bounded, after having done so."""
    runs = deploy_all(ENVIRONMENT).runs
    exports = exports_of({name: runs[name] for name in ("network", "data")})
    bounded = run_layer("compute", ENVIRONMENT, exports, SETTING)
    document = boundary(deploy_all(ENVIRONMENT), ACCOUNT_ID)
    account.emulator.client("iam").create_policy(PolicyName=NAME, PolicyDocument=json.dumps(document))
    for layer in ("network", "data"):
        code, told = account.deploy(layer, account.take_on(layer))
        assert code == 0, told
    cloud = account.take_on("compute", run=bounded)
    code, told = account.deploy("compute", cloud)
    assert code == 1
    assert "is not authorized to perform: iam:CreateRole" in told, "a role without the boundary was made"
    code, told = account.deploy("compute", cloud, SETTING)
    assert code == 0, told
    return cloud


def test_the_boundary_is_one_policy_without_a_wildcard_action() -> None:
    document = boundary(deploy_all(ENVIRONMENT), "210987654321")
    assert size(document) <= POLICY_LIMIT
    actions = [action for each in document["Statement"] for action in each["Action"]]
    assert "dynamodb:PutItem" in actions
    assert [action for action in actions if "*" in action or action.startswith(("iam:", "sts:"))] == []
    assert ACCOUNT_ID not in json.dumps(document)


ESCAPES: dict[str, Callable[[Any], Any]] = {
    "takes the boundary away": lambda iam: iam.delete_role_permissions_boundary(RoleName="ingest-role-dev"),
    "sets another boundary": lambda iam: iam.put_role_permissions_boundary(
        RoleName="ingest-role-dev", PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "makes a role without one": lambda iam: iam.create_role(
        RoleName="pipe-role-dev", AssumeRolePolicyDocument=OWN_ACCOUNT
    ),
    "changes the boundary": lambda iam: iam.create_policy_version(
        PolicyArn=f"arn:aws:iam::{ACCOUNT_ID}:policy/{NAME}", PolicyDocument=EVERYTHING, SetAsDefault=True
    ),
}


@pytest.mark.parametrize("how", ESCAPES)
def test_a_deployer_cannot_escape_the_boundary(deployer: Cloud, how: str) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        ESCAPES[how](deployer.client("iam"))


def test_a_role_with_all_rights_written_into_it_has_those_of_the_boundary(
    account: Account, deployer: Cloud
) -> None:
    iam = deployer.client("iam")
    iam.put_role_policy(RoleName="ingest-role-dev", PolicyName="more", PolicyDocument=EVERYTHING)
    iam.update_assume_role_policy(RoleName="ingest-role-dev", PolicyDocument=OWN_ACCOUNT)
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/ingest-role-dev"
    session = account.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="escaped")
    escaped = RoleCloud(account.emulator, session["Credentials"])

    item = {"transaction_id": {"S": "t"}, "timestamp": {"N": "1"}}
    escaped.client("dynamodb").put_item(TableName="transactions-dev", Item=item)
    beyond: list[Callable[[], Any]] = [
        lambda: escaped.client("iam").create_user(UserName="friend"),
        lambda: escaped.client("dynamodb").delete_table(TableName="transactions-dev"),
        lambda: escaped.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/fraud-deploy-data-dev", RoleSessionName="further"
        ),
    ]
    for attempt in beyond:
        with pytest.raises(ClientError, match="not authorized"):
            attempt()
