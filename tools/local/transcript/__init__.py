"""A deployment by the Pulumi CLI, its real commands and what they print."""
