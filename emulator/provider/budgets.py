"""AWS Budgets: cost budgets with notifications."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import (
    NO_DATA,
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    frozen,
)

_THRESHOLD = {
    "comparisonOperator": "ComparisonOperator",
    "notificationType": "NotificationType",
    "threshold": "Threshold",
    "thresholdType": "ThresholdType",
}
_MAXIMUM_ADDRESSES = 10
_MAXIMUM_NOTIFICATIONS = 10


class Budget(Resource):
    """`aws.budgets.Budget` of type COST, with notifications by e-mail."""

    token = "aws:budgets/budget:Budget"
    encrypted_by = NO_DATA
    modelled = frozenset({"name", "budgetType", "limitAmount", "limitUnit", "timeUnit", "notifications"})
    replace_on = frozenset({"name"})
    auto_name = "name"
    regional = False
    unordered = frozenset({"notifications"})
    absent = frozen(
        {
            "billingViewArn": "",
            "metrics": "",
            "namePrefix": "",
            "costFilters": [],
            "costTypes": {},
            "timePeriodEnd": "",
            "timePeriodStart": "",
        }
    )

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check the budget limit and AWS's limits for notifications and subscribers."""
        for name in ("limitAmount", "limitUnit"):
            if name not in inputs:
                yield CheckFailure(name, "is required")
        notifications = inputs.get("notifications") or []
        if len(notifications) > _MAXIMUM_NOTIFICATIONS:
            yield CheckFailure("notifications", f"a budget has at most {_MAXIMUM_NOTIFICATIONS}")
        for each in notifications:
            addresses = each.get("subscriberEmailAddresses") or []
            if not 1 <= len(addresses) <= _MAXIMUM_ADDRESSES:
                yield CheckFailure("notifications", f"one needs 1 to {_MAXIMUM_ADDRESSES} mail addresses")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the budget, whose id is the account and name."""
        cloud.client("budgets").create_budget(
            AccountId=cloud.account_id,
            Budget=_budget(inputs),
            NotificationsWithSubscribers=[
                _with_subscribers(each) for each in inputs.get("notifications") or ()
            ],
            **tags.at_creation("budgets", inputs),
        )
        return f"{cloud.account_id}:{inputs['name']}"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the budget, its notifications with their subscribers, and its tags."""
        budgets, name, of_it = cloud.client("budgets"), _name(resource_id), _address(resource_id)
        found = budgets.describe_budget(**of_it)["Budget"]
        return {
            "arn": _arn(cloud, name),
            "accountId": cloud.account_id,
            "name": name,
            "budgetType": found["BudgetType"],
            "limitAmount": found["BudgetLimit"]["Amount"],
            "limitUnit": found["BudgetLimit"]["Unit"],
            "timeUnit": found["TimeUnit"],
            "notifications": [
                _notification(each, budgets.describe_subscribers_for_notification(**of_it, Notification=each))
                for each in budgets.describe_notifications_for_budget(**of_it)["Notifications"]
            ],
            "tags": tags.of(cloud, "budgets", _arn(cloud, name)),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update the budget and recreate all notifications, which have no identifier."""
        budgets, of_it = cloud.client("budgets"), _address(resource_id)
        budgets.update_budget(AccountId=of_it["AccountId"], NewBudget=_budget(new))
        if changed(old, new, "notifications"):
            for each in budgets.describe_notifications_for_budget(**of_it)["Notifications"]:
                budgets.delete_notification(**of_it, Notification=each)
            for wanted in new.get("notifications") or ():
                budgets.create_notification(**of_it, **_with_subscribers(wanted))
        tags.update(cloud, "budgets", _arn(cloud, _name(resource_id)), old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the budget with its notifications."""
        cloud.client("budgets").delete_budget(**_address(resource_id))

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find by name in the caller's account."""
        account = aws.client("sts").get_caller_identity()["Account"]
        resource_id = f"{account}:{inputs['name']}"
        aws.client("budgets").describe_budget(**_address(resource_id))
        return resource_id

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        outputs = {"arn": _arn(place, inputs["name"]), "accountId": place.account_id}
        return f"{place.account_id}:{inputs['name']}", outputs


def _name(resource_id: str) -> str:
    return resource_id.partition(":")[2]


def _address(resource_id: str) -> dict[str, str]:
    account, _, name = resource_id.partition(":")
    return {"AccountId": account, "BudgetName": name}


def _arn(place: Place, name: str) -> str:
    """Return a budget's ARN, which has no region."""
    return place.arn("budgets", f"budget/{name}", region="")


def _budget(inputs: Properties) -> dict[str, Any]:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
    }


def _with_subscribers(notification: Properties) -> dict[str, Any]:
    addresses = notification["subscriberEmailAddresses"]
    return {
        "Notification": {theirs: notification[ours] for ours, theirs in _THRESHOLD.items()},
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": each} for each in addresses],
    }


def _notification(found: Properties, subscribers: Properties) -> dict[str, Any]:
    return {
        **{ours: found[theirs] for ours, theirs in _THRESHOLD.items()},
        "subscriberEmailAddresses": [each["Address"] for each in subscribers["Subscribers"]],
        "subscriberSnsTopicArns": [],
    }
