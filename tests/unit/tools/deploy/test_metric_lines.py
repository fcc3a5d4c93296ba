"""A metric line that AWS does not take fails with what was wrong and the next command."""

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import get_session

from tests.unit.tools.operate.smoke.outputs import OUTPUTS
from tools.deploy.metric_lines import count
from tools.deploy.outputs import OperatorError, Outputs
from tools.deploy.target import Target


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        ("AccessDeniedException", "make rights ENV=dev JOB=canary"),
        ("ExpiredTokenException", "Renew your AWS credentials"),
        ("ResourceNotFoundException", "make deploy-alerting ENV=dev"),
        (None, "Is this machine online?"),
    ],
)
def test_an_error_names_its_cause_and_the_next_step(
    monkeypatch: pytest.MonkeyPatch, code: str | None, next_step: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    target = Target.of(Outputs("dev", OUTPUTS))

    def fail(*_: object) -> None:
        if code is None:
            raise EndpointConnectionError(endpoint_url="https://logs.us-east-1.amazonaws.com")
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateLogStream")

    monkeypatch.setattr(BaseClient, "_make_api_call", fail)
    with pytest.raises(OperatorError) as raised:
        count(target, get_session(), "canary-1", {"CanaryPassed": 1}, job="canary")
    what, then = str(raised.value).splitlines()
    assert what.startswith(f"could not write metrics to {target.canary_log_group}: ")
    assert next_step in then
    assert ("make rights" in then) == (code == "AccessDeniedException")
