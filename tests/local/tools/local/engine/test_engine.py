"""The embedded engine with tiny programs: what it creates, changes, replaces, deletes and leaves alone."""

import gc
import stat
import warnings

from emulator.provider.cloud import Cloud
from tests.local.tools.local.engine.queues import QUEUE, queue_names
from tests.local.tools.local.engine.tiny import STACK, TinyProject
from tools.local.engine import teardown


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
