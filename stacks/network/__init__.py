"""The network layer: a Pulumi project of its own."""
