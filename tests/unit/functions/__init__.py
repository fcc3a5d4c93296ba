"""The three functions and what they share, without a cloud."""
