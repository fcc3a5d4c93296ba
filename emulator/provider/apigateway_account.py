"""API Gateway: the account's one setting for all its APIs."""

from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties, Resource, frozen


class Account(Resource):
    """`aws.apigateway.Account`: the one role by which all APIs of the account write logs."""

    token = "aws:apigateway/account:Account"
    modelled = frozenset({"cloudwatchRoleArn"})
    absent = frozen({"apiKeyVersion": "4"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """There is one; writing it is all that creating can mean."""
        self._set(cloud, inputs.get("cloudwatchRoleArn", ""))
        return "api-gateway-account"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Role and limits."""
        del resource_id, known
        found = cloud.client("apigateway").get_account()
        limits = found.get("throttleSettings", {})
        return {
            "cloudwatchRoleArn": found.get("cloudwatchRoleArn") or "",
            "features": found.get("features", []),
            "throttleSettings": [
                {"burstLimit": limits.get("burstLimit", 5000), "rateLimit": limits.get("rateLimit", 10000)}
            ],
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another role."""
        del resource_id, old
        self._set(cloud, new.get("cloudwatchRoleArn", ""))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Resets the account's setting for every API, as the real provider does."""
        del resource_id, known
        self._set(cloud, "")

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """There always is one; ours when it has our role."""
        found = self.read(cloud, "", {})
        ours = found and found["cloudwatchRoleArn"] == inputs.get("cloudwatchRoleArn", "")
        return "api-gateway-account" if ours else None

    def _set(self, cloud: Cloud, role: str) -> None:
        cloud.client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        )
