"""The four layers, each a Pulumi project."""
