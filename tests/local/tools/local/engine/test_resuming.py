"""The state that a failed or killed run leaves, and how the next run resumes from it."""

import json

import pytest

from emulator.provider.cloud import Cloud
from emulator.provider.logs import LogGroup
from tests.local.tools.local.engine.queues import QUEUE, queue_names
from tests.local.tools.local.engine.tiny import STACK, TinyProject
from tools.local.engine import teardown
from tools.local.engine.errors import ForeignStateError
from tools.local.engine.state import StateStore

KILLED_CREATING_VPC = """
    import os
    from emulator.provider.ec2_network import Vpc
    create = Vpc.create
    def create_and_die(self, cloud, inputs):
        create(self, cloud, inputs)
        os._exit(9)
    Vpc.create = create_and_die
"""


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
    queue = aws.sqs.Queue("before", name="crash-before", opts=options())
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.77.0.0/16", tags={"Name": "crash-vpc"},
        opts=options(depends_on=[queue]))
    """
    project.write(KILLED_CREATING_VPC + program)
    assert project.run_apart().returncode == 9
    assert [each.name for each in project.state.pending_creations] == ["vpc"]
    filters = [{"Name": "tag:Name", "Values": ["crash-vpc"]}]
    (orphan,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]

    result = project.deploy(program)
    assert result.lines("+") == ["vpc"]
    assert "was being created" in result.text
    (vpc,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    assert vpc["VpcId"] == project.resource("vpc").id != orphan["VpcId"]
    assert project.state.pending_creations == []


def test_a_killed_replacement_leaves_no_orphan(project: TinyProject, cloud: Cloud) -> None:
    program = """
    vpc = aws.ec2.Vpc("vpc", cidr_block="{block}", tags={{"Name": "killed-vpc"}}, opts=options())
    """
    project.deploy(program.format(block="10.71.0.0/16"))
    project.write(KILLED_CREATING_VPC + program.format(block="10.72.0.0/16"))
    assert project.run_apart().returncode == 9
    filters = [{"Name": "tag:Name", "Values": ["killed-vpc"]}]
    assert len(cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]) == 2

    result = project.deploy(program.format(block="10.72.0.0/16"))
    assert result.lines("±") == ["vpc"]
    (vpc,) = cloud.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    assert vpc["CidrBlock"] == "10.72.0.0/16"
    assert vpc["VpcId"] == project.resource("vpc").id


def test_a_partly_created_resource_is_recreated(
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
