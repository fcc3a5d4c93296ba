"""API Gateway: account settings."""

from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.resource import NO_DATA, Clients, Properties, Resource, frozen


class Account(Resource):
    """`aws.apigateway.Account`: the role with which all APIs of the account write logs."""

    token = "aws:apigateway/account:Account"
    encrypted_by = NO_DATA
    id_form = "api-gateway-account"
    modelled = frozenset({"cloudwatchRoleArn"})
    absent = frozen({"apiKeyVersion": "4"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Write the setting: it always exists."""
        self._set(cloud, inputs.get("cloudwatchRoleArn", ""))
        return self.id_form

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
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
        self._set(cloud, new.get("cloudwatchRoleArn", ""))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Reset the setting for all APIs of the account, as the real provider does."""
        self._set(cloud, "")

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find the setting if it has the role."""
        found = aws.client("apigateway").get_account().get("cloudwatchRoleArn") or ""
        return self.id_form if found == inputs.get("cloudwatchRoleArn", "") else None

    def _set(self, cloud: Cloud, role: str) -> None:
        cloud.client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        )
