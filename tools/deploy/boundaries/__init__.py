"""Permissions boundaries of all roles, as reviewed files and as policies in an account."""
