"""Measures speed and size against their targets; never part of the tests."""
