"""What all layers share: infra builds them, runtime runs inside their functions."""
