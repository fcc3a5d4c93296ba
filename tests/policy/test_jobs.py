"""The policy of each job: what is written down for people is as narrow as what roles are given."""

import json
from pathlib import Path

import pytest

from tests.support.harness import deploy_all
from tools.audit import rights
from tools.audit.deployer_rights.documents import POLICY_LIMIT, size
from tools.audit.jobs import JOBS, Job, example_outputs, job_of
from tools.deploy.outputs import OperatorError, Outputs

WRITES = {
    "operator": {"DeleteItem"},
    "smoke-test": {"DeleteItem"},
    "canary": {"DeleteItem"},
    "data-protection": {"DeleteItem"},
}
"""Who changes items of tables, and how: nobody writes one. BatchWriteItem would be a right to write, too."""


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    return example_outputs(deploy_all("dev"))


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_policy_is_exact_and_fits(job: Job, outputs: Outputs) -> None:
    document = job.policy(outputs)
    statements = document["Statement"]
    assert statements
    actions = [action for each in statements for action in each["Action"]]
    assert [action for action in actions if "*" in action] == []
    wild = [arn for each in statements for arn in each["Resource"] if "*" in arn]
    assert [
        arn for arn in wild if "PUT/transactions/*/verdict" not in arn and ":log-stream:" not in arn
    ] == []
    assert size(document) <= POLICY_LIMIT
    changes = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}
    written = {action.partition(":")[2] for action in actions if action.startswith("dynamodb:")} & changes
    assert written == WRITES.get(job.name, set())


def test_the_smoke_test_reads_and_removes_what_it_made(outputs: Outputs) -> None:
    by_sid = {each["Sid"]: each for each in job_of("canary").policy(outputs)["Statement"]}
    for sid, keys in {
        "FollowItsTransactions": ["smoke-*"],
        "FollowItsProfile": ["account#smoke-*"],
        "RemoveItsCounter": ["uses#merchant#*"],
    }.items():
        assert by_sid[sid]["Condition"] == {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys},
            "Null": {"dynamodb:LeadingKeys": "false"},
        }


def test_each_policy_is_printed_or_written_by_its_name(
    outputs: Outputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = tmp_path / "outputs.json"
    exported.write_text(json.dumps(outputs.exported))
    assert rights.main(["dev", "--outputs", str(exported), "--job", "operator"]) == 0
    assert json.loads(capsys.readouterr().out) == job_of("operator").policy(outputs)

    folder = tmp_path / "policies"
    assert rights.main(["dev", "--outputs", str(exported), "--write", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {f"{job.name}-dev.json" for job in JOBS}
    assert json.loads((folder / "auditor-dev.json").read_text()) == job_of("auditor").policy(outputs)

    exported.write_text("{}")
    assert rights.main(["dev", "--outputs", str(exported), "--job", "auditor"]) == 1
    assert "make deploy-network ENV=dev" in capsys.readouterr().err


def test_a_url_of_no_api_is_refused(outputs: Outputs) -> None:
    compute = {**outputs.exported["compute"], "transactions_url": "https://example.com/transactions"}
    with pytest.raises(OperatorError, match="is not the URL"):
        job_of("payment-service").policy(Outputs("dev", {**outputs.exported, "compute": compute}))
