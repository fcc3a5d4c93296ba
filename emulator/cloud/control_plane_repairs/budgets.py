"""Budgets: updates, subscribers and tags, which moto lacks."""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse

from emulator.cloud.replacing import replaces

_create = BudgetsResponse.create_budget


@replaces(BudgetsResponse, "create_budget")
def _create_with_tags(self: BudgetsResponse) -> str:
    answer = _create(self)
    tags = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
    _budget(self, self._get_param("Budget")["BudgetName"]).tags = tags  # type: ignore[attr-defined]
    return answer


@replaces(BudgetsResponse, "update_budget")
def _update(self: BudgetsResponse) -> str:
    changed = self._get_param("NewBudget")
    _budget(self, changed["BudgetName"]).budget.update(changed)
    return json.dumps({})


@replaces(BudgetsResponse, "describe_subscribers_for_notification")
def _subscribers(self: BudgetsResponse) -> str:
    notification = self._get_param("Notification")
    for each in _budget(self, self._get_param("BudgetName")).notifications:
        if each.details == notification:
            return json.dumps({"Subscribers": each.subscribers})
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")


@replaces(BudgetsResponse, "list_tags_for_resource")
def _list_tags(self: BudgetsResponse) -> str:
    tags = getattr(_named_by_arn(self), "tags", {})
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


@replaces(BudgetsResponse, "tag_resource")
def _tag(self: BudgetsResponse) -> str:
    budget: Any = _named_by_arn(self)
    added = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")}
    budget.tags = {**getattr(budget, "tags", {}), **added}
    return json.dumps({})


@replaces(BudgetsResponse, "untag_resource")
def _untag(self: BudgetsResponse) -> str:
    budget: Any = _named_by_arn(self)
    for key in self._get_param("ResourceTagKeys"):
        getattr(budget, "tags", {}).pop(key, None)
    return json.dumps({})


def _named_by_arn(self: BudgetsResponse) -> Budget:
    return _budget(self, self._get_param("ResourceARN").partition("/")[2])


def _budget(self: BudgetsResponse, name: str) -> Budget:
    found = self.backend.budgets[self.current_account].get(name)
    if found is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return found
