"""Compute ARNs of resources from their names, including those that a later layer creates.

An endpoint policy or the key policy must name a role or queue before it exists. ``shared.infra.naming`` fixes
every name, so no layer needs a reference to a later one.
"""

from dataclasses import dataclass

import pulumi

from shared.infra.naming import Names
from shared.infra.stems import boundary_of

REGION = "us-east-1"
"""The region of all environments."""


def boundary_name(names: Names, role_stem: str) -> str:
    """Return the name of a role's permissions boundary: ``ingest-role-boundary-dev``."""
    return names.of(boundary_of(role_stem), "policy")


@dataclass(frozen=True)
class Arns:
    """ARNs in an environment and account; each method takes the stem of a name."""

    names: Names
    account_id: pulumi.Input[str]

    def _arn(self, service: str, resource: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(f"arn:aws:{service}:{REGION}:", self.account_id, f":{resource}")

    def account_root(self) -> pulumi.Output[str]:
        """The account principal, which delegates to the account's identity policies."""
        return pulumi.Output.concat("arn:aws:iam::", self.account_id, ":root")

    def role(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an IAM role."""
        return pulumi.Output.concat("arn:aws:iam::", self.account_id, f":role/{self.names.of(stem, 'role')}")

    def boundary(self, role_stem: str) -> pulumi.Output[str]:
        """Return the ARN of a role's permissions boundary, a managed policy that no layer owns."""
        return pulumi.Output.concat(
            "arn:aws:iam::", self.account_id, f":policy/{boundary_name(self.names, role_stem)}"
        )

    def function(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of a Lambda function, unqualified."""
        return self._arn("lambda", f"function:{self.names.function(stem)}")

    def log_group(self, function_stem: str) -> pulumi.Output[str]:
        """Return the ARN of a function's log group, without the ``:*`` for its streams."""
        return self._arn("logs", f"log-group:{self.names.log_group(function_stem)}")

    def named_log_group(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of a log group that is not a function's."""
        return self._arn("logs", f"log-group:{self.names.of(stem)}")

    def network_resources(self) -> pulumi.Output[str]:
        """Every EC2 resource of the account in the region; for a Deny only."""
        return self._arn("ec2", "*/*")

    def table(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of a DynamoDB table."""
        return self._arn("dynamodb", f"table/{self.names.of(stem, 'table')}")

    def index(self, table_stem: str, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an index of a DynamoDB table."""
        names = self.names
        return self._arn("dynamodb", f"table/{names.of(table_stem, 'table')}/index/{names.of(stem, 'table')}")

    def queue(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an SQS queue."""
        return self._arn("sqs", self.names.of(stem, "queue"))

    def topic(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an SNS topic."""
        return self._arn("sns", self.names.of(stem, "topic"))

    def event_bus(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an EventBridge bus."""
        return self._arn("events", f"event-bus/{self.names.of(stem, 'event-bus')}")

    def rule(self, bus_stem: str, stem: str) -> pulumi.Output[str]:
        """Return the ARN of a rule on a custom event bus."""
        return self._arn(
            "events", f"rule/{self.names.of(bus_stem, 'event-bus')}/{self.names.of(stem, 'rule')}"
        )

    def pipe(self, stem: str) -> pulumi.Output[str]:
        """Return the ARN of an EventBridge pipe."""
        return self._arn("pipes", f"pipe/{self.names.of(stem, 'pipe')}")

    def alarms(self) -> pulumi.Output[str]:
        """Every CloudWatch alarm of this environment."""
        return self._arn("cloudwatch", f"alarm:*-{self.names.suffix}")
