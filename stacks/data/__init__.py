"""The data layer, a Pulumi project."""
