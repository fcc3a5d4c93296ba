"""The embedded engine with tiny programs: what it creates, changes, replaces, deletes and leaves alone."""

import gc
import io
import json
import re
import stat
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.provider.cloud import Cloud
from emulator.provider.logs import LogGroup
from emulator.provider.sqs import QueuePolicy
from tests.local.tools.local.engine.tiny import STACK, TinyProject
from tools.local.engine import embedded, teardown
from tools.local.engine.embedded import Environment
from tools.local.engine.errors import EngineError, ForeignStateError
from tools.local.engine.layer_run import run_layer
from tools.local.engine.state import StateStore

QUEUE = """
queue = aws.sqs.Queue("{name}", name="{name}", visibility_timeout_seconds={timeout}, opts=options())
pulumi.export("url", queue.url)
"""


def queue_names(cloud: Cloud, prefix: str) -> list[str]:
    urls = cloud.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return sorted(url.rsplit("/", 1)[-1] for url in urls)


def test_creates_then_leaves_alone(project: TinyProject, cloud: Cloud) -> None:
    first = project.deploy(QUEUE.format(name="alone", timeout=30))
    assert first.lines("+") == ["alone"]
    assert queue_names(cloud, "alone") == ["alone"]
    assert project.state.outputs == {"url": project.resource("alone").outputs["url"]}
    assert stat.S_IMODE(project.store.path(project.name).stat().st_mode) == 0o600

    before = project.store.path(project.name).read_text()
    second = project.deploy()
    assert "1 unchanged" in second.text
    assert [second.lines(symbol) for symbol in "+~±-"] == [[], [], [], []]
    assert project.store.path(project.name).read_text() == before


def test_updates_in_place(project: TinyProject, cloud: Cloud) -> None:
    project.deploy(QUEUE.format(name="updated", timeout=30))
    result = project.deploy(QUEUE.format(name="updated", timeout=60))
    assert result.lines("~") == ["updated"]
    assert "[visibilityTimeoutSeconds]" in result.text
    url = project.state.outputs["url"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert attributes["Attributes"] == {"VisibilityTimeout": "60"}


def test_replaces_an_automatically_named_resource_before_deleting_the_old(
    project: TinyProject, cloud: Cloud
) -> None:
    program = """
    group = aws.ec2.SecurityGroup("auto", description="{description}", opts=options())
    pulumi.export("id", group.id)
    """
    project.deploy(program.format(description="one"))
    old = project.resource("auto")
    result = project.deploy(program.format(description="two"))
    new = project.resource("auto")
    assert result.lines("±") == ["auto"]
    assert new.id != old.id
    assert new.inputs["name"] != old.inputs["name"]
    assert project.state.outputs == {"id": new.id}
    groups = cloud.client("ec2").describe_security_groups()["SecurityGroups"]
    assert {group["GroupId"] for group in groups} & {old.id, new.id} == {new.id}


def test_replaces_a_fixed_name_by_deleting_first_with_what_stands_on_it(
    project: TinyProject, cloud: Cloud
) -> None:
    program = """
    def statement(**more):
        return json.dumps({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", **more}}]}})
    role = aws.iam.Role("fixed", name="fixed", path="{path}", opts=options(),
        assume_role_policy=statement(
            Principal={{"Service": "lambda.amazonaws.com"}}, Action="sts:AssumeRole"))
    policy = aws.iam.RolePolicy("policy", name="policy", role=role.name, opts=options(),
        policy=statement(Action="sqs:SendMessage", Resource="arn:aws:sqs:us-east-1:123456789012:q"))
    """
    project.deploy(program.format(path="/one/"))
    result = project.deploy(program.format(path="/two/"))
    assert sorted(result.lines("±")) == ["fixed", "policy"]
    iam = cloud.client("iam")
    assert iam.get_role(RoleName="fixed")["Role"]["Path"] == "/two/"
    assert iam.list_role_policies(RoleName="fixed")["PolicyNames"] == ["policy"]
    assert project.deploy().lines("±") == []


def test_refuses_to_create_over_the_resource_that_is_replaced(project: TinyProject, cloud: Cloud) -> None:
    program = """
    queue = aws.sqs.Queue("queue", name="overwritten", delay_seconds={delay},
        opts=options(delete_before_replace=False, replace_on_changes=["delaySeconds"]))
    """
    project.deploy(program.format(delay=1))
    project.write(program.format(delay=2))
    result = project.run()
    assert result.code == 1
    assert "aws:sqs/queue:Queue queue: QueueAlreadyExists" in result.text
    assert queue_names(cloud, "overwritten") == ["overwritten"]
    assert [each.name for each in project.state.real_resources] == ["queue"]


def test_deletes_what_the_program_no_longer_has_dependents_first(project: TinyProject, cloud: Cloud) -> None:
    both = """
    queue = aws.sqs.Queue("kept", name="kept", opts=options())
    gone = aws.sqs.Queue("gone", name="gone", opts=options())
    policy = aws.sqs.QueuePolicy("gone-policy", queue_url=gone.url, opts=options(), policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}]}))
    """
    project.deploy(both)
    result = project.deploy('queue = aws.sqs.Queue("kept", name="kept", opts=options())')
    assert result.lines("-") == ["gone-policy", "gone"]
    assert queue_names(cloud, "gone") == []
    assert queue_names(cloud, "kept") == ["kept"]


def test_resumes_after_a_failure_in_the_middle(project: TinyProject, cloud: Cloud) -> None:
    program = """
    first = aws.sqs.Queue("first", name="resume-first", opts=options())
    broken = aws.lambda_.Permission("broken", action="lambda:InvokeFunction", function={function},
        principal="events.amazonaws.com", opts=options(depends_on=[first]))
    last = aws.sqs.Queue("last", name="resume-last", opts=options(depends_on=[broken]))
    pulumi.export("done", last.name)
    """
    project.write(program.format(function='"not-there"'))
    failed = project.run()
    assert failed.code == 1
    assert failed.lines("+") == ["first"]
    assert "aws:lambda/permission:Permission broken: " in failed.text
    assert "ResourceNotFound" in failed.text
    place = f"LOCAL_DIRECTORY={project.run_directory.resolve()}"
    assert f"make deploy-{project.name} ENV={STACK} {place}\n" in f"{failed.text}\n"
    assert [each.name for each in project.state.real_resources] == ["first"]
    assert project.state.pending_creations == []
    assert project.state.outputs == {}

    project.write("""
    first = aws.sqs.Queue("first", name="resume-first", opts=options())
    last = aws.sqs.Queue("last", name="resume-last", opts=options(depends_on=[first]))
    pulumi.export("done", last.name)
    """)
    assert project.deploy().lines("+") == ["last"]
    assert project.state.outputs == {"done": "resume-last"}
    assert queue_names(cloud, "resume-") == ["resume-first", "resume-last"]


def test_a_failed_run_takes_no_export_away(project: TinyProject) -> None:
    project.deploy("""
    pulumi.export("kept", pulumi.Output.secret("as it was"))
    pulumi.export("changed", 1)
    """)
    project.write("""
    pulumi.export("changed", 2)
    pulumi.export("added", pulumi.Output.secret(3))
    raise ValueError("no further")
    """)
    assert project.run().code == 1
    assert project.state.outputs == {"kept": "as it was", "changed": 2, "added": 3}
    assert project.state.secret_outputs == ["added", "kept"]
    project.deploy('pulumi.export("changed", 2)')
    assert project.state.outputs == {"changed": 2}
    assert project.state.secret_outputs == []


def test_a_resource_that_a_killed_run_created_is_not_created_twice(
    project: TinyProject, cloud: Cloud
) -> None:
    program = """
    import os
    from emulator.provider.ec2_network import Vpc
    create = Vpc.create
    def create_and_die(self, cloud, inputs):
        create(self, cloud, inputs)
        os._exit(9)
    {patch}
    queue = aws.sqs.Queue("before", name="crash-before", opts=options())
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.77.0.0/16", tags={{"Name": "crash-vpc"}},
        opts=options(depends_on=[queue]))
    """
    project.write(program.format(patch="Vpc.create = create_and_die"))
    assert project.run_apart().returncode == 9
    assert [each.name for each in project.state.pending_creations] == ["vpc"]
    filters = [{"Name": "tag:Name", "Values": ["crash-vpc"]}]
    (orphan,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]

    result = project.deploy(program.format(patch=""))
    assert result.lines("+") == ["vpc"]
    assert "was being created" in result.text
    (vpc,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    assert vpc["VpcId"] == project.resource("vpc").id != orphan["VpcId"]
    assert project.state.pending_creations == []


def test_a_killed_replacement_leaves_neither_the_old_nor_the_new_behind(
    project: TinyProject, cloud: Cloud
) -> None:
    program = """
    import os
    from emulator.provider.ec2_network import Vpc
    create = Vpc.create
    def create_and_die(self, cloud, inputs):
        create(self, cloud, inputs)
        os._exit(9)
    {patch}
    vpc = aws.ec2.Vpc("vpc", cidr_block="{block}", tags={{"Name": "killed-vpc"}}, opts=options())
    """
    project.deploy(program.format(patch="", block="10.71.0.0/16"))
    project.write(program.format(patch="Vpc.create = create_and_die", block="10.72.0.0/16"))
    assert project.run_apart().returncode == 9
    filters = [{"Name": "tag:Name", "Values": ["killed-vpc"]}]
    assert len(cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]) == 2

    result = project.deploy(program.format(patch="", block="10.72.0.0/16"))
    assert result.lines("±") == ["vpc"]
    (vpc,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    assert vpc["CidrBlock"] == "10.72.0.0/16"
    assert vpc["VpcId"] == project.resource("vpc").id


def test_a_half_made_resource_is_made_anew(
    project: TinyProject, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = 'aws.cloudwatch.LogGroup("half", name="half", retention_in_days=7, opts=options())'
    project.write(program)

    def refuse(*_: object) -> None:
        raise ValueError("retention refused")

    with monkeypatch.context() as patched:
        patched.setattr(LogGroup, "complete", refuse)
        failed = project.run()
    assert failed.code == 1
    assert "aws:cloudwatch/logGroup:LogGroup half: retention refused" in failed.text
    assert project.resource("half").tainted

    result = project.deploy()
    assert result.lines("±") == ["half"]
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix="half")["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [7]
    assert not project.resource("half").tainted


def test_preview_changes_nothing_and_shows_unknown_values(project: TinyProject, cloud: Cloud) -> None:
    program = """
    queue = aws.sqs.Queue("previewed", name="previewed", delay_seconds={delay}, opts=options())
    queue.arn.apply(lambda arn: print("ARN IS KNOWN:", arn))
    aws.sqs.QueuePolicy("policy", queue_url=queue.url, opts=options(), policy=queue.arn.apply(
        lambda arn: json.dumps({{"Version": "2012-10-17", "Statement": [{{"Resource": arn}}]}})))
    """
    project.write(program.format(delay=1))
    planned = project.run("preview")
    assert planned.code == 0, planned.text
    assert planned.lines("+") == ["previewed", "policy"]
    assert "to create" in planned.text
    assert queue_names(cloud, "previewed") == []
    assert not project.store.path(project.name).exists()

    project.deploy()
    before = project.store.path(project.name).read_text()
    project.write(program.format(delay=2))
    changed = project.run("preview")
    assert changed.lines("~") == ["previewed"]
    project.write("")
    removed = project.run("preview")
    assert removed.lines("-") == ["policy", "previewed"]
    assert project.store.path(project.name).read_text() == before
    assert queue_names(cloud, "previewed") == ["previewed"]


def test_reads_the_outputs_of_another_stack(project: TinyProject, cloud: Cloud) -> None:
    upstream = TinyProject(project.directory.parent / "upstream", project.run_directory, "t-upstream")
    project.write(f"""
    upstream = pulumi.StackReference("organization/t-upstream/{STACK}")
    pulumi.export("seen", upstream.get_output("given"))
    pulumi.export("secret", upstream.get_output("hidden"))
    """)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        missing = project.run()
        gc.collect()
    assert missing.code == 1
    assert f"unknown stack 'organization/t-upstream/{STACK}'" in missing.text
    assert [str(each.message) for each in warned if each.category is RuntimeWarning] == []

    upstream.deploy("""
    pulumi.export("given", ["a", 1])
    pulumi.export("hidden", pulumi.Output.secret("s3cret"))
    """)
    project.deploy()
    assert project.state.outputs == {"seen": ["a", 1], "secret": "s3cret"}
    assert project.state.secret_outputs == ["secret"]
    teardown.destroy_layer(upstream.store, cloud, upstream.name)


def test_secrets_are_marked_and_never_told(project: TinyProject) -> None:
    result = project.deploy("""
    import pulumi_random as random
    own = random.Provider("random")
    password = random.RandomPassword("password", length=20, special=False,
        opts=pulumi.ResourceOptions(provider=own))
    queue = aws.sqs.Queue("secretive", name="secretive", tags={"Password": password.result}, opts=options())
    pulumi.export("password", password.result)
    """)
    state = project.state
    assert state.secret_outputs == ["password"]
    assert len(state.outputs["password"]) == 20
    assert state.outputs["password"] not in result.text
    assert project.resource("password").secret_outputs == ["bcryptHash", "result"]
    assert project.resource("secretive").secret_inputs == ["tags.Password"]
    assert project.resource("secretive").secret_outputs == ["tags.Password"]
    again = project.deploy()
    assert "2 unchanged" in again.text
    assert project.state.outputs == state.outputs


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ('aws.s3.Bucket("b", opts=options())', "no resource type aws:s3/bucket:Bucket"),
        (
            'aws.dynamodb.Table("t", hash_key="a", attributes=[{"name": "a", "typ": "S"}], opts=options())',
            "attributes[0].typ is not a known property: did you mean type?",
        ),
        (
            'aws.sqs.Queue("q", fifo_queue=True, opts=options())',
            "fifoQueue is a property that the embedded AWS does not model",
        ),
        (
            'aws.sqs.Queue("q", delay_seconds="soon", opts=options())',
            "delaySeconds expected an integer, got str 'soon'",
        ),
        (
            'aws.cloudwatch.EventRule("r", event_pattern=\'{"a": [{"prefx": "b"}]}\', opts=options())',
            "unrecognized match type prefx",
        ),
        ('aws.sqs.Queue("q", name="default-provider")', "default provider for 'aws' disabled"),
        (
            'aws.sqs.Queue("q", name="q", opts=options())\naws.sqs.Queue("q", name="r", opts=options())',
            "is registered twice",
        ),
        ('aws.Provider("other", region="eu-west-1")', "the embedded AWS is us-east-1, not eu-west-1"),
        (
            'aws.Provider("other", region="us-east-1", allowed_account_ids=["999999999999"])',
            "allowed: 999999999999",
        ),
        ("aws.get_regions(opts=pulumi.InvokeOptions(provider=provider))", "no function aws:index/getRegions"),
        ('aws.sqs.Queue("q", opts=options(import_="x"))', "does not support importId"),
        ('pulumi.Config().require("absent")', "Missing required configuration variable"),
    ],
)
def test_refuses_what_it_does_not_know(project: TinyProject, program: str, text: str) -> None:
    project.write(program)
    result = project.run()
    assert result.code == 1
    assert text in result.text
    assert "Traceback" not in result.text


def test_an_undeclared_output_is_the_providers_fault(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QueuePolicy, "read", lambda *_: {"queueUrl": "u", "policy": "{}", "invented": 1})
    project.write("""
    queue = aws.sqs.Queue("q", opts=options())
    aws.sqs.QueuePolicy("p", queue_url=queue.url, policy="{}", opts=options())
    """)
    result = project.run()
    assert result.code == 1
    assert "outputs not declared: ['invented']" in result.text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("log_level", "LOUD", "is 'LOUD', not one of INFO, DEBUG; write, for example: INFO"),
        ("log_levle", "INFO", "is no setting of this layer: perhaps fraud-compute:log_level is meant"),
    ],
)
def test_a_wrong_setting_is_blamed_on_where_it_came_from(
    project: TinyProject, key: str, value: str, text: str
) -> None:
    project.write(
        """
        from shared.infra.settings import SettingsReader
        with SettingsReader("compute") as reader:
            reader.choice("log_level", ("INFO", "DEBUG"))
        """,
        {"fraud-compute:log_level": "INFO"},
    )
    stream = io.StringIO()
    full = f"fraud-compute:{key}"
    assert run_layer(replace(project.request(), overrides={full: value}), stream) == 1
    told = stream.getvalue()
    assert f" ! CONFIG={full}={value}: {full} {text}\n" in told
    assert f"Pulumi.{STACK}.yaml" not in told
    assert "Resources:" not in told, "nothing was planned yet"
    (command,) = re.findall(r"run: (make .*)", told)
    assert "CONFIG" not in command, "what was wrong is not to be given again"

    project.write("aws.s3.Bucket('b', opts=options())", {full: "INFO"})
    stream = io.StringIO()
    assert run_layer(replace(project.request(), overrides={full: value}), stream) == 1
    assert stream.getvalue().rstrip().endswith(f" CONFIG='{full}={value}'")


def test_a_setting_of_another_layer_is_refused_where_one_layer_is_deployed(tmp_path: Path) -> None:
    environment = Environment("local", tmp_path, {"fraud-data:point_in_time_recovery": "true"})
    for operation in (embedded.deploy, embedded.preview):
        with pytest.raises(EngineError, match="is a setting of layer data, which this command") as caught:
            operation(environment, "compute")
        command = f"make deploy-data ENV=local LOCAL_DIRECTORY={tmp_path}"
        assert f"{command} CONFIG='fraud-data:point_in_time_recovery=true'" in str(caught.value)


def test_options_of_resources(project: TinyProject) -> None:
    program = """
    queue = aws.sqs.Queue("{name}", name="optional", delay_seconds={delay},
        visibility_timeout_seconds={timeout}, opts=options({options}))
    """
    project.deploy(program.format(name="one", delay=1, timeout=30, options=""))
    ignored = program.format(name="one", delay=9, timeout=30, options='ignore_changes=["delaySeconds"]')
    assert "1 unchanged" in project.deploy(ignored).text

    aliased = 'aliases=[pulumi.Alias(name="one")]'
    renamed = project.deploy(program.format(name="two", delay=1, timeout=30, options=aliased))
    assert "1 unchanged" in renamed.text

    forcing = 'replace_on_changes=["visibilityTimeoutSeconds"]'
    forced = project.deploy(program.format(name="two", delay=1, timeout=60, options=forcing))
    assert forced.lines("±") == ["two"]

    project.deploy(program.format(name="two", delay=1, timeout=60, options="protect=True"))
    project.write("")
    refused = project.run()
    assert refused.code == 1
    assert "is protected" in refused.text
    project.deploy(program.format(name="two", delay=1, timeout=60, options="protect=False"))


def test_refresh_finds_what_changed_and_what_vanished(project: TinyProject, cloud: Cloud) -> None:
    program = """
    drifting = aws.sqs.Queue("drifting", name="drifting", delay_seconds=1, opts=options())
    vanishing = aws.sqs.Queue("vanishing", name="vanishing", opts=options())
    """
    project.deploy(program)
    sqs = cloud.client("sqs")
    sqs.set_queue_attributes(QueueUrl=project.resource("drifting").id, Attributes={"DelaySeconds": "7"})
    sqs.delete_queue(QueueUrl=project.resource("vanishing").id)
    teardown.refresh_layer(project.store, cloud, project.name)
    assert project.resource("drifting").inputs["delaySeconds"] == 7
    assert [each.name for each in project.state.real_resources] == ["drifting"]

    result = project.deploy()
    assert result.lines("~") == ["drifting"]
    assert result.lines("+") == ["vanishing"]
    teardown.refresh_layer(project.store, cloud, project.name)
    assert "2 unchanged" in project.deploy().text


def test_a_state_of_an_ended_emulator_is_not_believed(project: TinyProject, cloud: Cloud) -> None:
    program = QUEUE.format(name="foreign", timeout=30)
    project.deploy(program)
    path = project.store.path(project.name)
    content = json.loads(path.read_text())
    cloud.client("sqs").delete_queue(QueueUrl=project.resource("foreign").id)
    path.write_text(json.dumps({**content, "instance_id": "another"}))

    store = StateStore(project.run_directory, STACK, project.store.instance_id)
    with pytest.raises(ForeignStateError, match="has ended"):
        store.read(project.name)
    result = project.deploy()
    assert "starting afresh" in result.text
    assert result.lines("+") == ["foreign"]


def test_components_group_resources_and_children_wait_for_them(project: TinyProject) -> None:
    result = project.deploy("""
    class Pair(pulumi.ComponentResource):
        def __init__(self, name, opts):
            super().__init__("test:index:Pair", name, None, opts)
            inner = pulumi.ResourceOptions(parent=self)
            self.queue = aws.sqs.Queue(name, name=name, opts=inner)
            self.register_outputs({})
    pair = Pair("pair-queue", options())
    after = aws.sqs.Queue("after", name="after-pair", opts=options(depends_on=[pair]))
    """)
    assert result.lines("+") == ["pair-queue", "after"]
    queue = next(each for each in project.state.resources if each.type == "aws:sqs/queue:Queue")
    assert queue.urn.endswith("::test:index:Pair$aws:sqs/queue:Queue::pair-queue")
    assert queue.inputs["tags"] == {"Project": "tiny"}
