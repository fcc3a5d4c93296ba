"""The jobs of people around an environment, each with the IAM policy that is enough for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tools.analyst import rights as analyst
from tools.deploy.outputs import Outputs
from tools.deploy.program_runner.recorded import Deployment
from tools.deploy.statements import Document, allow, document
from tools.deploy.target import Target
from tools.operate import rights as operate
from tools.operate.smoke import rights as smoke


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        name: Of the job and, with the environment, of its policy.
        does: What it is for, with its commands.
        policy: Returns the policy in an environment of these outputs; raises OperatorError.
    """

    name: str
    does: str
    policy: Callable[[Outputs], Document]


def _pays(outputs: Outputs) -> Document:
    return document(allow("SendTransactions", ["execute-api:Invoke"], [Target.of(outputs).invoke_arn]))


def _of(policy: Callable[[Target], Document]) -> Callable[[Outputs], Document]:
    return lambda outputs: policy(Target.of(outputs))


JOBS: Final = (
    Job("payment-service", "sends transactions", _pays),
    Job("analyst-looks", "looks at alerts: make alerts, account, audit", analyst.looks),
    Job("analyst-decides", "also decides about them: make desk, verdict, controls, rules", analyst.decides),
    Job("analyst-approves", "looks, and approves what others changed: make approve", analyst.approves),
    Job("lists-editor", "edits lists and snoozes alone: make controls", analyst.edits_lists),
    Job("rules-publisher", "publishes rules alone: make rules", analyst.publishes_rules),
    Job("drift-watch", "counts what has shifted: make stability PUBLISH=yes", analyst.watches_drift),
    Job("auditor", "sees who decided what: make audit", analyst.audits),
    Job(
        "operator",
        "keeps the pipeline running: make smoke, load, redrive, reconcile",
        _of(operate.operator),
    ),
    Job(
        "data-protection",
        "answers for personal data: make export, erase",
        _of(operate.data_protection),
    ),
    Job(
        "smoke-test",
        "runs the smoke test alone: make smoke",
        _of(smoke.policy),
    ),
    Job(
        "canary",
        "runs it every night, and tells the operators: make canary",
        _of(smoke.canary_policy),
    ),
)


def example_outputs(deployment: Deployment) -> Outputs:
    """Return what the layers export where nothing is deployed: account and ids are examples."""
    return Outputs(deployment.environment, {name: run.outputs for name, run in deployment.runs.items()})


def job_of(name: str) -> Job:
    """Return the job of a name, which is one of `JOBS`."""
    return next(job for job in JOBS if job.name == name)
