"""Estimate the monthly cost of an environment by service and layer, from measured usage and a price list."""
