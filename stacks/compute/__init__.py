"""The compute layer, a Pulumi project."""
