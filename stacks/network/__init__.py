"""The network layer, a Pulumi project."""
