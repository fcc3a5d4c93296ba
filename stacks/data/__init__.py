"""The data layer: a Pulumi project of its own."""
