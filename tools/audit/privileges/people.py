"""Who meets the pipeline from outside, each with the policy that the project prints for them."""

from dataclasses import dataclass
from typing import Self

from tools.analyst.desk.parts import WATCHED, watching
from tools.analyst.records.place import Records, Work
from tools.audit.privileges.stage import Person, Stage
from tools.operate.smoke.rights import policy


@dataclass(frozen=True)
class People:
    """Everybody.

    Attributes:
        pays: A payment service.
        looks: An analyst who looks at alerts.
        decides: An analyst who decides about them.
        approves: An analyst who approves what others decided.
        tests: Whoever runs the smoke test.
    """

    pays: Person
    looks: Person
    decides: Person
    approves: Person
    tests: Person

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Make their roles."""
        place = Records.of(stage.outputs)
        deciding = place.rights(Work.DECIDES)
        deciding["Statement"].append(watching(place, stage.outputs.values(WATCHED)["alarm_names"]))
        posting = {
            "Sid": "SendTransactions",
            "Effect": "Allow",
            "Action": ["execute-api:Invoke"],
            "Resource": [stage.target.invoke_arn],
        }
        return cls(
            pays=stage.person("payment-service", {"Version": "2012-10-17", "Statement": [posting]}),
            looks=stage.person("analyst-looks", place.rights(Work.LOOKS)),
            decides=stage.person("analyst-decides", deciding),
            approves=stage.person("analyst-approves", place.rights(Work.APPROVES)),
            tests=stage.person("smoke-test", policy(stage.target)),
        )
