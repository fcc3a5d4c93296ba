"""The four layers, each a Pulumi project of its own."""
