"""The two engines agree on the options of resources, in a project of a few resources that use them all."""

import json
from collections.abc import Iterator

import pytest

from tests.engine.agreement import Facts
from tests.engine.both import Both, both_engines, by_resource, order_of_dependents
from tests.engine.world import ENVIRONMENT, World

OPTIONS = "options"
PROGRAM = """
import json
import pulumi
import pulumi_aws as aws
import pulumi_random as random

provider = aws.Provider("own", region="us-east-1", default_tags={"tags": {"Round": __ROUND__}})


def options(**more):
    return pulumi.ResourceOptions(provider=provider, **more)


def document(effect, action, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, **more}]})


TRUST = document("Allow", "sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
RIGHTS = document("Allow", "sqs:SendMessage", Resource="arn:aws:sqs:us-east-1:123456789012:renamed")
DENIED = document("Deny", "sqs:SendMessage", Principal="*", Resource="*")


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("test:index:Group", name, None, opts)
        inner = pulumi.ResourceOptions(parent=self)
        self.queue = aws.sqs.Queue(f"{name}-queue", name=f"{name}-queue", opts=inner)
        self.register_outputs({"url": self.queue.url, "hidden": pulumi.Output.secret("s3cret")})


group = Group("group", options())
aws.sqs.Queue("after", name="after", opts=options(depends_on=[group]))
password = random.RandomPassword("drawn", length=20)
aws.sqs.Queue("secretive", name="secretive", opts=options(),
    tags={"Password": password.result, "Url": group.queue.url})
pulumi.export("lists", [{"partly": pulumi.Output.secret("hidden")}, "open"])
"""
FIRST = """
aws.sqs.Queue("ignoring", name="ignoring", delay_seconds=1, tags={"a": "1", "b": "1"}, opts=options())
aws.sqs.Queue("forced", name="forced", tags={"generation": "1", "other": "1"}, opts=options())
aws.sqs.Queue("unforced", name="unforced", tags={"generation": "1", "other": "1"}, opts=options())
named = aws.sqs.Queue("before", name="renamed", opts=options())
aws.sqs.QueuePolicy("policy", queue_url=named.url, policy=DENIED, opts=options())
aws.sqs.Queue("guarded", name="guarded", opts=options(protect=True))
aws.sqs.Queue("retained", name="retained", opts=options(retain_on_delete=True))
role = aws.iam.Role("role", name="agreed", assume_role_policy=RIGHTS, opts=options())
aws.iam.RolePolicy("inline", name="inline", role=role.name, policy=RIGHTS, opts=options())
"""
SECOND = """
aws.sqs.Queue("ignoring", name="ignoring", delay_seconds=9, tags={"a": "2", "b": "1"},
    opts=options(ignore_changes=["delaySeconds", "tags.a"]))
aws.sqs.Queue("forced", name="forced", tags={"generation": "2", "other": "1"},
    opts=options(replace_on_changes=["tags.generation"]))
aws.sqs.Queue("unforced", name="unforced", tags={"generation": "1", "other": "2"},
    opts=options(replace_on_changes=["tags.generation", "delaySeconds"]))
named = aws.sqs.Queue("behind", name="renamed", opts=options(aliases=[pulumi.Alias(name="before")]))
aws.sqs.QueuePolicy("policy", queue_url=named.url, policy=DENIED, opts=options())
aws.sqs.Queue("guarded", name="guarded", opts=options(protect=False))
role = aws.iam.Role("role", name="agreed", path="/moved/", assume_role_policy=RIGHTS, opts=options())
aws.iam.RolePolicy("inline", name="inline", role=role.name, policy=RIGHTS, opts=options())
"""

FAILING = """
pulumi.export("added", 1)
raise ValueError("no further")
"""


@pytest.fixture(scope="module")
def both(fresh: World) -> Iterator[Both]:
    with both_engines(fresh) as made:
        yield made


def write(both: Both, program: str, number: int) -> None:
    folder = both.world.project / "stacks" / OPTIONS
    folder.mkdir(exist_ok=True)
    described = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "../../.venv"}}
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": OPTIONS, "runtime": described}), "utf-8")
    settings = folder / f"Pulumi.{ENVIRONMENT}.yaml"
    if not settings.exists():
        settings.write_text("config:\n  aws:region: us-east-1\n", "utf-8")
    text = PROGRAM.replace("__ROUND__", repr(str(number))) + program
    (folder / "__main__.py").write_text(text, "utf-8")


def agree(both: Both) -> dict[str, list[str]]:
    """Deploy what is written with both engines, comparing all; the operations on each resource by name."""
    before = both.stacks.get(OPTIONS)
    if before is not None:
        real, embedded = both.plans(OPTIONS)
        assert by_resource(embedded) == by_resource(real)
    both.deploy(OPTIONS)
    assert not (lines := both.disagreements()), "\n".join(lines)
    if before is None:
        return {}
    states = (before[0], both.stacks[OPTIONS][0])
    assert order_of_dependents(embedded, *states) == order_of_dependents(real, *states)
    told = by_resource(real)
    return {urn.rpartition("::")[2]: [each[0] for each in steps] for urn, steps in told.items()}


def test_options(both: Both) -> None:
    write(both, FIRST, 1)
    agree(both)
    assert _facts(both, "secretive")["inputs"]["tags"]["Password"].keys() == {"secret"}

    write(both, SECOND, 1)
    operations = agree(both)
    replaced = ["delete-replaced", "replace", "create-replacement"]
    assert operations["ignoring"] == operations["behind"] == operations["guarded"] == ["same"]
    assert operations["forced"] == operations["role"] == replaced
    assert operations["inline"] == replaced
    assert operations["unforced"] == ["update"]
    assert operations["retained"] == ["delete"]
    for cloud in both.clouds:
        found = cloud.client("sqs").list_queues(QueueNamePrefix="retained")["QueueUrls"]
        assert len(found) == 1, "a retained resource outlives its state"

    write(both, SECOND, 2)
    operations = agree(both)
    assert operations["own"] == operations["after"] == operations["group-queue"] == ["update"]
    assert operations["group"] == ["same"]

    write(both, FAILING, 2)
    both.fail(OPTIONS)
    assert not (lines := both.disagreements()), "\n".join(lines)
    real, _ = both.stacks[OPTIONS]
    assert real.outputs.keys() == {"lists", "added"}


def _facts(both: Both, name: str) -> Facts:
    real, _ = both.stacks[OPTIONS]
    (found,) = (facts for urn, facts in real.resources.items() if urn.endswith(f"::{name}"))
    return found
