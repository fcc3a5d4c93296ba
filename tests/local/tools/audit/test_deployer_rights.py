"""Under the generated policies a deployer deploys, changes and destroys its layer, and no other layer.

The tests of this module are one life of an environment, in the order in which they stand.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloud.account import ACCOUNT_ID
from emulator.provider.cloud import Cloud
from shared.infra.layers import deployment_order, destroy_order
from tests.local.tools.audit.deploying import ENVIRONMENT, Account
from tools.audit.deployer_rights.deployer import Duty
from tools.local.engine.leftovers import leftovers
from tools.local.engine.state import StateStore
from tools.local.engine.teardown import refresh_layer

ORDER = [layer.name for layer in deployment_order()]
CHANGED = {"fraud-compute:log_level": "DEBUG"}


def deployed(account: Account) -> list[str]:
    """Everything of the environment but the deployers themselves."""
    found = leftovers(Cloud.of(account.emulator), ENVIRONMENT)
    return [each for each in found if not each.startswith(("role fraud-", "policy fraud-"))]


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


def test_each_deployer_deploys_its_own_layer_and_is_refused_at_another(account: Account) -> None:
    for layer in ORDER:
        before = deployed(account)
        # The neighbour in the order, and for the first layer the last one's: any other will do.
        other = ORDER[ORDER.index(layer) - 1]
        code, told = account.deploy(layer, account.take_on(other))
        assert code == 1
        assert f"assumed-role/fraud-deploy-{other}-dev/deployer is not authorized to perform" in told
        assert deployed(account) == before
        code, told = account.deploy(layer, account.take_on(layer))
        assert code == 0, told
        assert len(deployed(account)) > len(before)


def test_a_deployer_changes_its_layer(account: Account) -> None:
    code, told = account.deploy("compute", account.take_on("compute"), CHANGED)
    assert code == 0, told
    assert "~ aws:lambda/function:Function ingest-function-dev updated" in told


@pytest.mark.parametrize("layer", ORDER)
def test_who_looks_sees_all_of_a_layer(
    account: Account, layer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = StateStore(account.run_directory, ENVIRONMENT, account.emulator.instance_id)
    refresh_layer(store, account.take_on(layer, Duty.LOOK), layer)
    assert "not authorized" not in capsys.readouterr().out


def test_who_looks_changes_nothing(account: Account) -> None:
    code, told = account.deploy("compute", account.take_on("compute", Duty.LOOK))
    assert code == 1
    assert "is not authorized to perform: lambda:UpdateFunctionConfiguration" in told


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ESCALATIONS: dict[str, Callable[[Cloud], Any]] = {
    "writes its own rights": lambda cloud: cloud.client("iam").put_role_policy(
        RoleName="fraud-deploy-compute-dev", PolicyName="more", PolicyDocument="{}"
    ),
    "attaches any policy to its own role": lambda cloud: cloud.client("iam").attach_role_policy(
        RoleName="fraud-deploy-compute-dev", PolicyArn=ADMINISTRATOR
    ),
    "attaches any policy to a function's role": lambda cloud: cloud.client("iam").attach_role_policy(
        RoleName="ingest-role-dev", PolicyArn=ADMINISTRATOR
    ),
    "writes the rights of another layer's role": lambda cloud: cloud.client("iam").put_role_policy(
        RoleName="notifier-role-dev", PolicyName="more", PolicyDocument="{}"
    ),
    "makes a user": lambda cloud: cloud.client("iam").create_user(UserName="friend"),
    "makes a role of another name": lambda cloud: cloud.client("iam").create_role(
        RoleName="friend", AssumeRolePolicyDocument="{}"
    ),
    "changes its own policy": lambda cloud: cloud.client("iam").create_policy_version(
        PolicyArn=f"arn:aws:iam::{ACCOUNT_ID}:policy/fraud-deploy-compute-dev-1", PolicyDocument="{}"
    ),
    "hands another layer's role to its function": lambda cloud: cloud.client(
        "lambda"
    ).update_function_configuration(FunctionName="ingest-function-dev", Role=role("notifier-role-dev")),
    "lets anybody invoke its function": lambda cloud: cloud.client("lambda").add_permission(
        FunctionName="ingest-function-dev", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
    ),
    "invokes its function": lambda cloud: cloud.client("lambda").invoke(FunctionName="ingest-function-dev"),
    "reads a table": lambda cloud: cloud.client("dynamodb").scan(TableName="transactions-dev"),
    "deletes another layer's table": lambda cloud: cloud.client("dynamodb").delete_table(
        TableName="transactions-dev"
    ),
}


@pytest.mark.parametrize("what", ESCALATIONS)
def test_a_deployer_cannot_get_more_rights_than_it_has(account: Account, what: str) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        ESCALATIONS[what](account.take_on("compute"))


def test_what_another_layer_or_project_has_made_cannot_be_claimed(account: Account) -> None:
    mine = [{"Key": "Layer", "Value": "network"}, {"Key": "Environment", "Value": "dev"}]
    foreign = [{"Key": "Layer", "Value": "elsewhere"}]
    ec2, kms = account.emulator.client("ec2"), account.emulator.client("kms")
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    key = kms.create_key(Tags=[{"TagKey": "Layer", "TagValue": "elsewhere"}])["KeyMetadata"]["KeyId"]
    named = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/somebodys", TargetKeyId=named)
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    ec2.create_tags(Resources=[group["GroupId"]], Tags=foreign)
    network = account.take_on("network")

    tags = [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in mine]
    claims: list[Callable[[], Any]] = [
        lambda: network.client("ec2").create_tags(Resources=[vpc], Tags=mine),
        lambda: network.client("ec2").create_tags(Resources=[group["GroupId"]], Tags=mine),
        lambda: network.client("ec2").delete_vpc(VpcId=vpc),
        lambda: network.client("kms").tag_resource(KeyId=key, Tags=tags),
        lambda: network.client("kms").tag_resource(KeyId=named, Tags=tags),
        lambda: network.client("kms").schedule_key_deletion(KeyId=key),
        lambda: network.client("kms").create_alias(AliasName="alias/kms-key-dev", TargetKeyId=key),
    ]
    for claim in claims:
        with pytest.raises(ClientError, match="not authorized"):
            claim()


def test_each_deployer_destroys_its_own_layer(account: Account) -> None:
    for layer in destroy_order():
        others = [each for each in ORDER if each != layer.name]
        assert account.destroy(layer.name, account.take_on(others[0])) != 0
        assert account.destroy(layer.name, account.take_on(layer.name)) == 0
    assert deployed(account) == []
