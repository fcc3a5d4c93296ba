"""The compute layer deployed on the embedded AWS."""
