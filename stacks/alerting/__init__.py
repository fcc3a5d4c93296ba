"""The alerting layer: a Pulumi project of its own."""
