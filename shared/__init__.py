"""Code shared by all layers: `infra` for the Pulumi programs, `runtime` for the functions."""
