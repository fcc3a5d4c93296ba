"""The embedded engine: deploys the Pulumi programs without the Pulumi CLI."""
