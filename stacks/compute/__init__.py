"""The compute layer: a Pulumi project of its own."""
