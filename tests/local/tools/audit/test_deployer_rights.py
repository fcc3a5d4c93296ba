"""Under the generated policies a deployer deploys, changes and destroys its layer, and no other layer.

The tests of this module are one life of an environment, in the order in which they stand.
"""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloud.account import ACCOUNT_ID
from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError
from shared.infra.layers import deployment_order
from tools.audit.deployer_rights.deployer import Duty
from tools.audit.privileges import deploying
from tools.audit.privileges.__main__ import PAGE
from tools.audit.privileges.account import Account
from tools.audit.privileges.comparison import Comparison, compare
from tools.audit.privileges.correcting import correct
from tools.audit.privileges.grants import Grant
from tools.audit.privileges.page import page
from tools.audit.privileges.stage import PathError
from tools.audit.privileges.uses import Use, uses
from tools.local.engine.leftovers import leftovers

ORDER = [layer.name for layer in deployment_order()]
CHANGED = {"fraud-compute:log_level": "DEBUG"}


def deployed(account: Account) -> list[str]:
    """Everything of the environment but the deployers themselves."""
    found = leftovers(Cloud.of(account.emulator), "dev")
    return [each for each in found if not each.startswith(("role fraud-", "policy fraud-"))]


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


SEEN: list[Use] = []
"""What deployers asked for while they did what they are for."""


def test_each_deployer_deploys_corrects_and_looks_at_its_own_layer(account: Account) -> None:
    deploying.raise_up(account, lambda _: None)
    SEEN.extend(uses(account.run_directory))
    assert len(deployed(account)) > 80


@pytest.mark.parametrize("layer", ORDER)
def test_it_is_refused_at_another(account: Account, layer: str) -> None:
    # The neighbour in the order, and for the first layer the last one's: any other will do.
    other = ORDER[ORDER.index(layer) - 1]
    before = deployed(account)
    with pytest.raises(
        ProviderError, match=f"assumed-role/fraud-deploy-{other}-dev/deployer is not authorized"
    ):
        correct(account, layer, account.take_on(other))
    assert account.destroy(layer, account.take_on(other)) != 0
    assert deployed(account) == before


def test_who_looks_changes_nothing(account: Account) -> None:
    code, told = account.deploy("compute", account.take_on("compute", Duty.LOOK), CHANGED)
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


@pytest.fixture(scope="module")
def compared(account: Account) -> Comparison:
    before = len(list(uses(account.run_directory)))
    deploying.take_down(account, lambda _: None)
    SEEN.extend(itertools.islice(uses(account.run_directory), before, None))
    return deploying.compared(account, SEEN)


def test_each_deployer_destroys_its_own_layer(account: Account, compared: Comparison) -> None:
    assert set(compared.roles) == {f"fraud-{duty}-{layer}-dev" for duty in Duty for layer in ORDER}
    assert deployed(account) == []


def test_deployers_use_what_they_are_given_and_are_given_what_they_use(compared: Comparison) -> None:
    assert all(compared.used.values())
    assert {role: list(map(str, grants)) for role, grants in compared.excess.items() if grants} == {}
    assert {role: list(map(str, lacks)) for role, lacks in compared.missing.items() if lacks} == {}
    left_out = set(page(compared).splitlines()) - set(PAGE.read_text("utf-8").splitlines())
    assert left_out == set(), "write it anew: make privileges"


def test_a_deployer_misses_any_statement_and_what_it_need_not_have_is_seen(
    account: Account, compared: Comparison
) -> None:
    grants = list(deploying.given(account))
    unmet = {(role, each.statement) for role, of_role in compared.unseen.items() for each in of_role}
    statements = {(each.role, each.statement) for each in grants} - unmet
    assert len(statements) > 150
    used = {(role, each.statement): each for role, found in compared.used.items() for each in found}
    needless = [each for each in sorted(statements) if not _missed(grants, each, used[each].action)]
    assert needless == []
    more = Grant(
        "fraud-look-data-dev", "Planted", "sqs:DeleteQueue", "arn:aws:sqs:us-east-1:123456789012:x-dev"
    )
    assert more in compare([*grants, more], SEEN).excess[more.role]


def _missed(grants: list[Grant], statement: tuple[str, str], action: str) -> bool:
    """Whether a role without a statement would lack what it used by it."""
    role, sid = statement
    left = [each for each in grants if each.role == role and each.statement != sid]
    return any(
        compare(left, [each for each in SEEN if (each.role, each.action) == (role, action)]).missing.values()
    )


def test_what_is_named_as_unseen_and_is_not_is_refused(account: Account, compared: Comparison) -> None:
    del compared
    action = "lambda:GetFunctionConfiguration"
    met = [
        Use(grant.role, action, grant.resource, ())
        for grant in deploying.given(account)
        if grant.action == action
    ]
    assert met
    with pytest.raises(PathError, match=action):
        deploying.compared(account, [*SEEN, *met])
