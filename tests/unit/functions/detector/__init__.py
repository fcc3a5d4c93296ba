"""The functions and what they share, without a cloud."""
