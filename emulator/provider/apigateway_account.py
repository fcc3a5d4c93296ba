"""API Gateway: the account's one setting for all its APIs."""

from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.resource import NO_DATA, Clients, Properties, Resource, frozen


class Account(Resource):
    """`aws.apigateway.Account`: the one role by which all APIs of the account write logs."""

    token = "aws:apigateway/account:Account"
    encrypted_by = NO_DATA
    id_form = "api-gateway-account"
    modelled = frozenset({"cloudwatchRoleArn"})
    absent = frozen({"apiKeyVersion": "4"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """There is one; writing it is all that creating can mean."""
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
        """Resets the account's setting for every API, as the real provider does."""
        self._set(cloud, "")

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """There always is one; ours when it has our role."""
        found = aws.client("apigateway").get_account().get("cloudwatchRoleArn") or ""
        return self.id_form if found == inputs.get("cloudwatchRoleArn", "") else None

    def _set(self, cloud: Cloud, role: str) -> None:
        cloud.client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        )
