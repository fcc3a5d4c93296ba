"""For who owns a layer: deploy an environment, and see how it stands. Each command is a make target."""
