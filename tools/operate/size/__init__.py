"""`make size`: what of an environment is used up first, at which load."""
