"""Ctrl-C on a layer at any moment: what was begun ends, nothing else begins, and the state is true."""

import json
import subprocess
import sys
import textwrap
from contextlib import suppress
from dataclasses import asdict

import pytest

from emulator.provider.cloud import Cloud
from tests.local.tools.local.engine.tiny import TinyProject
from tests.support.interrupting import interrupted_at
from tools.deploy.signals import interruptible
from tools.local.engine import snapshot, stopping, teardown
from tools.terminal.ending import INTERRUPTED

CHAIN = """
import os, signal
first = aws.sqs.Queue("first", name="{name}-first", opts=options())
def then(url):
    {then}
    return "{name}-second"
second = aws.sqs.Queue("second", name=first.url.apply(then), opts=options())
third = aws.sqs.Queue("third", name=second.url.apply(lambda _: "{name}-third"), opts=options())
"""
INTERRUPT = "signal.raise_signal(signal.SIGINT)"
INTERRUPT_THE_PARENT_ALONE = "os.kill(os.getppid(), signal.SIGINT)"


def existing(cloud: Cloud, name: str) -> set[str]:
    urls = cloud.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return {url.rpartition("/")[2] for url in urls}


def known(project: TinyProject) -> set[str]:
    state = project.store.read(project.name)
    return set() if state is None else {each.id.rpartition("/")[2] for each in state.real_resources}


def test_a_deployment_begins_no_further_resource_and_goes_on_from_there(
    project: TinyProject, cloud: Cloud
) -> None:
    project.write(CHAIN.format(name="stopped", then=INTERRUPT))
    with interruptible():
        stopped = project.run()
    assert stopped.code == INTERRUPTED
    assert stopped.lines("+") == ["first"]
    assert "Traceback" not in stopped.text
    assert known(project) == existing(cloud, "stopped-") == {"stopped-first"}
    assert project.state.pending_creations == []

    assert project.deploy(CHAIN.format(name="stopped", then="pass")).lines("+") == ["second", "third"]


def test_a_destruction_interrupted_at_any_line_leaves_a_true_state(
    project: TinyProject, cloud: Cloud
) -> None:
    files = (teardown.__file__, snapshot.__file__, stopping.__file__)
    reached, halves = 0, 0
    for line in range(1, 1000, 2):
        project.deploy(CHAIN.format(name="torn", then="pass"))
        with suppress(KeyboardInterrupt), interrupted_at(line, *files) as was_reached:
            teardown.destroy_layer(project.store, cloud, project.name)
        left = existing(cloud, "torn-")
        assert known(project) == left, line
        halves += 0 < len(left) < 3
        if not was_reached():
            break
        reached += 1
    assert reached > 10
    assert halves, "some of them in the middle"


@pytest.mark.parametrize("then", [INTERRUPT, INTERRUPT_THE_PARENT_ALONE])
@pytest.mark.parametrize("operation", ["deploy", "drift"])
def test_after_an_interrupt_no_other_layer_begins(project: TinyProject, operation: str, then: str) -> None:
    project.write(f"import os, signal\n{then}\n{textwrap.dedent(CHAIN.format(name='turn', then='pass'))}")
    request = asdict(project.request(operation))
    with interruptible():
        ran = subprocess.run(
            [sys.executable, "-m", "tools.local.engine.worker"],
            input=json.dumps([request, {**request, "layer": "next-one"}]),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert ran.returncode == INTERRUPTED, ran.stderr
    assert "next-one" not in ran.stdout
    assert "Traceback" not in ran.stderr
