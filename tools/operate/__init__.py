"""Commands for operators of a deployed environment."""
