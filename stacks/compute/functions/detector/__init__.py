"""Detector: scores each stored transaction against the behaviour of its account."""
