"""Tests of `make size`."""
