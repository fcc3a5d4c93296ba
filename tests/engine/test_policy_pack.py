"""The real engine refuses a preview that breaks a mandatory constraint, and none that breaks none."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.provider.provider import Provider
from policy.constraints import CONSTRAINTS
from tests.engine.building import world
from tests.engine.world import World
from tests.support.harness import ROOT

ANALYZER = "pulumi-analyzer-policy-python"
VIRTUAL_ENVIRONMENT = ROOT / "policy" / ".venv"


@pytest.fixture(scope="module")
def two_layers(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[World]:
    """Network and data deployed, with the pack's own virtual environment at hand."""
    if not (pulumi_cli.parent / ANALYZER).is_file() and shutil.which(ANALYZER) is None:
        pytest.skip(f"the CLI has no {ANALYZER} beside it: install it whole")
    if not VIRTUAL_ENVIRONMENT.exists():
        pytest.skip("the pack has no virtual environment: make policy-pack")
    with world(tmp_path_factory.mktemp("policy"), pulumi_cli) as made:
        (made.project / "policy" / ".venv").symlink_to(VIRTUAL_ENVIRONMENT.resolve())
        made.deploy("network", "data")
        made.pulumi("compute", "stack", "init", "--no-select")
        yield made


def preview(made: World, layer: str) -> tuple[int, str]:
    ran = made.pulumi(layer, "preview", "--policy-pack", "../../policy")
    return ran.code, ran.out


def test_what_the_program_plans_is_let_through(two_layers: World) -> None:
    code, out = preview(two_layers, "compute")
    assert code == 0, out
    assert "fraud-pipeline@" in out


Edit = tuple[str, str, str]
FUNCTION, QUEUE, TABLES = "shared/infra/function.py", "shared/infra/queue.py", "stacks/data/tables.py"
NETWORK, GATEWAY = "stacks/network/vpc.py", "aws:ec2/internetGateway:InternetGateway"
STAGE, ENCRYPTION = "stacks/compute/api_stage.py", "stacks/network/encryption.py"
SPOILT: Mapping[str, Mapping[str, Edit]] = {
    "network": {
        "the-key-is-rotated": (ENCRYPTION, "enable_key_rotation=True", "enable_key_rotation=False"),
        "nothing-is-granted-by-a-wildcard": (
            "shared/infra/iam.py",
            '"Statement": statements}',
            '"Statement": [{**each, "Resource": "*"} for each in statements]}',
        ),
        "nothing-leads-to-the-internet": (
            NETWORK,
            "    vpc = aws.ec2.Vpc(",
            '    aws.ec2.InternetGateway(names.of("internet-gateway"), opts=opts)\n    vpc = aws.ec2.Vpc(',
        ),
        "everything-is-in-us-east-1": (
            NETWORK,
            "cidr_block=str(settings.vpc_cidr),",
            'cidr_block=str(settings.vpc_cidr), region="eu-west-1",',
        ),
    },
    "data": {
        "tables-are-on-demand": (
            TABLES,
            'billing_mode="PAY_PER_REQUEST"',
            'billing_mode="PROVISIONED", read_capacity=1, write_capacity=1',
        ),
        "transactions-are-keyed-and-streamed": (
            TABLES,
            "stream_enabled=True if shape.streamed else None",
            "stream_enabled=False if shape.streamed else None",
        ),
        "everything-can-be-destroyed": (
            TABLES,
            "deletion_protection_enabled=False",
            "deletion_protection_enabled=True",
        ),
        "queues-keep-messages-14-days": (
            QUEUE,
            "message_retention_seconds=RETENTION_SECONDS",
            "message_retention_seconds=345600",
        ),
        "the-suspicious-queue-is-invisible-360-seconds": (
            QUEUE,
            "visibility_timeout_seconds=arguments.visibility_timeout_seconds",
            "visibility_timeout_seconds=361",
        ),
        "everything-at-rest-is-under-our-key": (
            QUEUE,
            "kms_master_key_id=key_arn",
            "sqs_managed_sse_enabled=True",
        ),
    },
    "compute": {
        "functions-run-python-3-11": (FUNCTION, 'RUNTIME = "python3.11"', 'RUNTIME = "python3.12"'),
        "functions-are-in-subnets": (FUNCTION, "subnet_ids=network.private_subnet_ids", "subnet_ids=[]"),
        "functions-reserve-concurrency": (
            FUNCTION,
            "reserved_concurrent_executions=arguments.reserved_concurrency",
            "reserved_concurrent_executions=99",
        ),
        "functions-are-traced": (FUNCTION, 'mode="Active"', 'mode="PassThrough"'),
        "logs-stay-7-days": (FUNCTION, "LOG_RETENTION_DAYS = 7", "LOG_RETENTION_DAYS = 14"),
        "the-api-is-throttled-at-exactly-1000": (
            STAGE,
            "REQUESTS_PER_SECOND = 1000",
            "REQUESTS_PER_SECOND = 1001",
        ),
        "the-api-is-traced": (STAGE, "xray_tracing_enabled=True", "xray_tracing_enabled=False"),
        "every-method-asks-for-a-signature": (
            "stacks/compute/api_route.py",
            'AUTHORIZATION = "AWS_IAM"',
            'AUTHORIZATION = "NONE"',
        ),
        "rules-match-events": (
            "stacks/compute/routing.py",
            "event_pattern=json.dumps(RULE_PATTERN)",
            'schedule_expression="rate(1 day)"',
        ),
        "roles-are-bounded": (
            "shared/infra/role.py",
            "permissions_boundary=arns.boundary(stem)",
            "permissions_boundary=None",
        ),
        "names-end-in-the-environment": (
            "stacks/compute/routing.py",
            'name=name,\n        description="Each stored',
            'name="transaction-stored-rule-prod",\n        description="Each stored',
        ),
    },
}
BEYOND_THE_EMULATOR = ("region", "scheduleExpression")
"""Inputs that the embedded AWS refuses before a policy sees them."""


@pytest.fixture
def whole_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extend the provider, for previews alone, by what only AWS has: gateways, regions, schedules."""
    checked, created = Provider.check, Provider.create

    def check(self: Provider, token: str, urn: str, olds: Any, news: Any) -> Any:
        if token == GATEWAY:
            return dict(news), []
        beyond = {name: news[name] for name in BEYOND_THE_EMULATOR if name in news}
        modelled = {name: value for name, value in news.items() if name not in beyond}
        inputs, faults = checked(self, token, urn, olds, modelled)
        return {**inputs, **beyond}, [] if beyond else faults

    def create(self: Provider, token: str, inputs: Any, *, preview: bool = False) -> Any:
        assert preview
        return ("", {}) if token == GATEWAY else created(self, token, inputs, preview=preview)

    monkeypatch.setattr(Provider, "check", check)
    monkeypatch.setattr(Provider, "create", create)


def test_every_constraint_is_broken() -> None:
    spoilt = {name for edits in SPOILT.values() for name in edits}
    assert spoilt == {each.name for each in CONSTRAINTS}


@pytest.mark.usefixtures("whole_aws")
@pytest.mark.parametrize("layer", SPOILT)
def test_what_breaks_a_constraint_is_refused_by_its_name(two_layers: World, layer: str) -> None:
    for edit in SPOILT[layer].values():
        two_layers.edit(*edit)
    try:
        code, out = preview(two_layers, layer)
    finally:
        for file, old, new in SPOILT[layer].values():
            two_layers.edit(file, new, old)
    assert code != 0
    assert "[mandatory]" in out
    assert [name for name in SPOILT[layer] if name not in out] == [], out
