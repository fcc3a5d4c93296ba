"""Commands for those who run an environment; each is a target of the Makefile."""
