"""A monthly cost budget for the account, which notifies the operators before it is exceeded."""

import pulumi
import pulumi_aws as aws

from shared.infra.provider import named
from stacks.alerting.settings import AlertingSettings

NEAR_PER_CENT = 80
REACHED_PER_CENT = 100


def budget(settings: AlertingSettings, opts: pulumi.ResourceOptions) -> aws.budgets.Budget:
    """Register the budget. AWS evaluates it about three times a day and sends the mails itself."""
    name = settings.names.of("monthly-budget", "budget")
    return aws.budgets.Budget(
        name,
        name=name,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=str(settings.monthly_budget_dollars),
        limit_unit="USD",
        notifications=[
            _mail(settings, "ACTUAL", NEAR_PER_CENT),
            _mail(settings, "ACTUAL", REACHED_PER_CENT),
            _mail(settings, "FORECASTED", REACHED_PER_CENT),
        ],
        opts=named(opts),
    )


def _mail(settings: AlertingSettings, spent: str, per_cent: int) -> aws.budgets.BudgetNotificationArgs:
    return aws.budgets.BudgetNotificationArgs(
        notification_type=spent,
        comparison_operator="GREATER_THAN",
        threshold=per_cent,
        threshold_type="PERCENTAGE",
        subscriber_email_addresses=list(settings.operator_emails),
    )
