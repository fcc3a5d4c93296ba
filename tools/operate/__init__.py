"""For who operates a deployed environment."""
