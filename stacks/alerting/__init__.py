"""The alerting layer, a Pulumi project."""
