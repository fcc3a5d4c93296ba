"""Commands for layer owners: deploy and inspect an environment. Each is a make target."""
