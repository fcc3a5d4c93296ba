"""The deploy pipeline follows the layer graph, gives each job the least, and runs only what it has pinned."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from shared.infra.layers import LAYERS, deployment_order, upstream_of
from tests.support.imports import closure
from tests.support.workflows import Workflow, composite_steps, words_of, workflows
from tools.deploy.pipeline.environments import Duty, name_of
from tools.deploy.pipeline.paths import WorkflowError, expression, makes_up, patterns
from tools.deploy.project import ROOT, STACKS

ALL = workflows()
LAYER_WORKFLOWS = [ALL[name] for name in LAYERS if name in ALL]
ENVIRONMENTS = ["dev", "prod"]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def jobs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for workflow in ALL.values():
        for name, job in workflow.jobs.items():
            yield f"{workflow}.{name}", job


JOBS = dict(jobs())


def uses() -> Iterator[tuple[str, str]]:
    """Every action and workflow that is used, with where."""
    for workflow in ALL.values():
        for part in (*workflow.jobs.values(), *workflow.steps()):
            if "uses" in part:
                yield workflow.name, part["uses"]
    for path, step in composite_steps():
        if "uses" in step:
            yield str(path.relative_to(ROOT)), step["uses"]


# The graph


def test_every_layer_has_a_workflow_of_its_own() -> None:
    assert {workflow.name for workflow in LAYER_WORKFLOWS} == set(LAYERS)
    for workflow in LAYER_WORKFLOWS:
        called = {job["with"]["layer"] for name, job in workflow.jobs.items() if name != "checks"}
        assert called == {workflow.name}
        # One layer alone waits for the same checks as a merge.
        assert workflow.jobs["checks"]["uses"] == ALL["deploy"].jobs["checks"]["uses"]
        assert workflow.jobs["deploy"]["needs"] == "checks"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_filter_names_all_that_makes_the_layer_up(layer: str) -> None:
    sources = closure((STACKS / layer).rglob("*.py"))
    others = [path.relative_to(ROOT).as_posix() for path in (STACKS / layer).iterdir() if path.is_file()]
    assert f"stacks/{layer}/program.py" in sources
    assert "shared/infra/contracts.py" in sources
    assert [path for path in (*sources, *others) if not makes_up(layer, path)] == []
    assert makes_up(layer, "requirements.lock")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_filter_names_nothing_else(layer: str) -> None:
    sources = closure((STACKS / layer).rglob("*.py")) | {"requirements.lock"}
    idle = [
        pattern
        for pattern in patterns(layer)
        if not any(expression(pattern).fullmatch(path) for path in sources)
    ]
    assert idle == []
    others = [name for name in LAYERS if name != layer]
    assert [name for name in others if makes_up(layer, f"stacks/{name}/program.py")] == []
    assert not makes_up(layer, "docs/architecture.md")


@pytest.mark.parametrize(
    ("pattern", "matched", "unmatched"),
    [
        ("stacks/data/**", "stacks/data/deep/er.py", "stacks/database/x.py"),
        ("shared/*.py", "shared/x.py", "shared/infra/x.py"),
        ("requirements.lock", "requirements.lock", "requirementsXlock"),
    ],
)
def test_filters_match_as_github_has_it(pattern: str, matched: str, unmatched: str) -> None:
    assert expression(pattern).fullmatch(matched)
    assert not expression(pattern).fullmatch(unmatched)


def test_a_filter_that_this_project_cannot_read_is_refused() -> None:
    with pytest.raises(WorkflowError, match="stacks/!x"):
        expression("stacks/!x/**")


def test_an_environment_is_deployed_in_the_order_of_the_graph() -> None:
    deploys = ALL["deploy-environment"].jobs
    assert list(deploys) == ["plan", *(layer.name for layer in deployment_order())]
    for layer in deployment_order():
        job = deploys[layer.name]
        before = {"plan", *(upstream.name for upstream in upstream_of(layer.name))}
        assert set(job["needs"]) == before
        assert job["with"]["layer"] == layer.name
        assert f"'{layer.name}'" in job["if"]
        # A layer whose upstream had nothing to do goes on; one whose upstream failed does not.
        assert "!failure()" in job["if"]
        assert "!cancelled()" in job["if"]


def test_prod_waits_for_dev_and_dev_for_the_checks() -> None:
    deploys = ALL["deploy"].jobs
    waits = [deploys[name]["needs"] for name in ENVIRONMENTS]
    assert waits == ["checks", *ENVIRONMENTS[:-1]]
    assert (ENVIRONMENTS[0], ENVIRONMENTS[-1]) == ("dev", "prod")
    assert [deploys[name]["with"]["environment"] for name in ENVIRONMENTS] == ENVIRONMENTS
    assert ALL["deploy"].triggers["push"] == {"branches": ["main"]}


def test_the_pinned_cli_deploys_onto_the_embedded_aws_each_night() -> None:
    engine = ALL["engine"]
    commands = [step["run"] for step in engine.steps() if "run" in step]
    assert commands == ["make engine PINNED=yes", "make test ARGS=tests/engine"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", engine.triggers["schedule"][0]["cron"])
    watched = [path.removesuffix("/**") for path in engine.triggers["pull_request"]["paths"]]
    assert watched
    assert [path for path in watched if not (ROOT / path).exists()] == []


def test_drift_is_looked_for_in_every_layer_of_every_environment_each_night() -> None:
    matrix = ALL["drift"].jobs["look"]["strategy"]["matrix"]
    assert matrix == {"environment": ENVIRONMENTS, "layer": [layer.name for layer in deployment_order()]}
    assert re.fullmatch(r"\d+ \d+ \* \* \*", ALL["drift"].triggers["schedule"][0]["cron"])
    assert ALL["drift"].jobs["tell"]["permissions"] == {"issues": "write"}


def test_a_canary_is_sent_to_every_environment_whose_alarm_waits_for_it_each_night() -> None:
    assert ALL["canary"].jobs["send"]["strategy"]["matrix"] == {"environment": ENVIRONMENTS}
    assert re.fullmatch(r"\d+ \d+ \* \* \*", ALL["canary"].triggers["schedule"][0]["cron"])
    settings = {each: STACKS / "alerting" / f"Pulumi.{each}.yaml" for each in (*ENVIRONMENTS, "local")}
    hours = {
        environment: yaml.safe_load(path.read_text())["config"]["fraud-alerting:canary_within_hours"]
        for environment, path in settings.items()
    }
    assert all(24 < hours[environment] <= 48 for environment in ENVIRONMENTS), "a night may be late"
    assert hours["local"] == 0, "no job, no alarm"


def test_one_deployment_at_a_time_goes_to_an_environment() -> None:
    groups = {
        **{f"deploy.{environment}": f"deploy-{environment}" for environment in ENVIRONMENTS},
        **{f"{layer}.deploy": "deploy-${{ inputs.environment }}" for layer in LAYERS},
    }
    deploying = ("deploy-environment.yml", "deploy-layer.yml")
    for name, job in JOBS.items():
        if job.get("uses", "").endswith(deploying) and not name.startswith("deploy-environment."):
            assert job["concurrency"] == {"group": groups.pop(name), "cancel-in-progress": False}
    assert groups == {}


# Commands


def test_the_cli_is_used_through_the_makefile_alone() -> None:
    scripts = [step["run"] for workflow in ALL.values() for step in workflow.steps() if "run" in step]
    scripts += [step["run"] for _, step in composite_steps() if "run" in step]
    assert [text for text in scripts if re.search(r"\bpulumi\b", text)] == []
    commands = set(re.findall(r"\bmake \"?([a-z]+)", "\n".join(scripts)))
    assert commands == {"setup", "engine", "preview", "deploy", "drift", "canary", "test"}


def test_no_expression_is_pasted_into_a_script() -> None:
    """What a pull request may choose (a branch's name, a title) reaches scripts as variables alone."""
    for workflow in ALL.values():
        for step in workflow.steps():
            assert "${{" not in step.get("run", ""), f"{workflow}: {step}"


def test_every_script_stops_at_the_first_failure_even_in_a_pipe() -> None:
    for workflow in ALL.values():
        if any("run" in step for step in workflow.steps()):
            assert workflow.content["defaults"]["run"]["shell"] == "bash", workflow


# Rights


@pytest.mark.parametrize("workflow", ALL.values(), ids=str)
def test_a_workflow_has_no_rights_but_those_that_a_job_names(workflow: Workflow) -> None:
    assert workflow.content["permissions"] == {}
    assert "pull_request_target" not in workflow.triggers
    assert "workflow_run" not in workflow.triggers
    for name, job in workflow.jobs.items():
        assert isinstance(job["permissions"], dict), name
        assert job["permissions"].get("contents") in (None, "read"), name


def test_what_runs_a_pull_requests_code_may_not_write() -> None:
    preview, comment = ALL["preview"].jobs["preview"], ALL["preview"].jobs["comment"]
    assert preview["permissions"] == {"contents": "read", "id-token": "write"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in preview["if"]
    assert preview["environment"].endswith("-look")
    assert comment["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") for step in comment["steps"])


def test_tokens_for_aws_are_only_for_jobs_of_an_environment() -> None:
    asking = {name for name, job in JOBS.items() if "id-token" in job["permissions"] and "steps" in job}
    deploying = {"preview.preview", "deploy-layer.preview", "deploy-layer.deploy", "drift.look"}
    assert asking == deploying | {"canary.send"}
    assert all("environment" in JOBS[name] for name in asking)


def test_roles_and_environments_are_those_that_the_deployers_have() -> None:
    for name, duty in {
        "preview.preview": Duty.LOOK,
        "deploy-layer.preview": Duty.LOOK,
        "deploy-layer.deploy": Duty.DEPLOY,
        "drift.look": Duty.DRIFT,
    }.items():
        (prepare,) = [step for step in JOBS[name]["steps"] if step.get("uses") == "./.github/actions/prepare"]
        role, environment = (
            re.sub(r"\$\{\{ \w+\.(\w+) \}\}", r"<\1>", text).replace("<environment>", "dev")
            for text in (prepare["with"]["role"], JOBS[name]["environment"])
        )
        assert role == f"fraud-{duty}-<layer>-dev"
        assert environment == name_of(duty, "<layer>", "dev")


def test_a_pull_request_sees_dev_alone_and_prod_is_previewed_before_its_reviewers_decide() -> None:
    assert ALL["preview"].jobs["preview"]["environment"].startswith("dev-")
    assert "strategy" not in ALL["preview"].jobs["preview"]
    deploys = ALL["deploy-layer"].jobs
    assert deploys["preview"]["if"] == "inputs.environment == 'prod'"
    assert deploys["deploy"]["needs"] == "preview"
    assert "!failure()" in deploys["deploy"]["if"]


def test_no_key_of_aws_is_stored() -> None:
    texts = [text for workflow in ALL.values() for text in words_of(workflow.content)]
    texts += [text for _, step in composite_steps() for text in words_of(step)]
    secrets = {name for text in texts for name in re.findall(r"secrets\.(\w+)", text)}
    assert secrets == {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert [text for text in texts if "aws-access-key" in text.lower() or "AWS_SECRET" in text] == []


# What is trusted


def test_every_action_is_pinned_by_its_commit_and_names_its_version() -> None:
    foreign = [(where, used) for where, used in uses() if not used.startswith("./.github/")]
    assert foreign
    assert [each for each in foreign if not PINNED.fullmatch(each[1])] == []
    lines = [
        line
        for path in (ROOT / ".github").rglob("*.yml")
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line and "@" in line
    ]
    assert [line for line in lines if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_one_action_has_one_version() -> None:
    versions: dict[str, set[str]] = {}
    for _, used in uses():
        action, _, commit = used.partition("@")
        versions.setdefault(action, set()).add(commit)
    assert {action: found for action, found in versions.items() if len(found) > 1} == {}


def test_a_checkout_leaves_no_token_behind() -> None:
    checkouts = [
        step
        for workflow in ALL.values()
        for step in workflow.steps()
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("planted", ["actions/checkout@v7", "actions/checkout@main", "x/y@3d3c42e"])
def test_an_action_that_is_not_pinned_is_found(planted: str) -> None:
    assert not PINNED.fullmatch(planted)


# Owners


def test_the_owners_of_the_layers_own_their_code_and_their_workflows() -> None:
    for layer in LAYERS.values():
        assert owners(f"/stacks/{layer.name}/program.py") == {f"@fraud-pipeline/{layer.owner}"}
        assert f"@fraud-pipeline/{layer.owner}" in owners(f"/.github/workflows/{layer.name}.yml")


def test_who_may_do_what_is_approved_by_platform_and_security() -> None:
    both = {"@fraud-pipeline/platform", "@fraud-pipeline/security"}
    for path in ("/tools/audit/deployer_rights/trust.py", "/.github/workflows/deploy.yml", "/CODEOWNERS"):
        assert owners(path) == both


def owners(path: str) -> set[str]:
    """Who must approve a change of a file: the last line of CODEOWNERS that matches."""
    found: set[str] = set()
    for line in (ROOT / "CODEOWNERS").read_text("utf-8").splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern in {"*", path} or (pattern.endswith("/") and path.startswith(pattern)):
            found = set(names)
    return found


def test_actionlint_finds_nothing() -> None:
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        pytest.skip("no actionlint on PATH (go install github.com/rhysd/actionlint/cmd/actionlint@latest)")
    done = subprocess.run([actionlint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
