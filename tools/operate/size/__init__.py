"""`make size`: which limits of an environment a load reaches first."""
