"""What the embedded engine refuses, and whom or what it names for it."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.provider.sqs import QueuePolicy
from tests.local.tools.local.engine.tiny import STACK, TinyProject
from tools.local.engine import embedded
from tools.local.engine.embedded import Environment
from tools.local.engine.errors import EngineError
from tools.local.engine.layer_run import run_layer


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
