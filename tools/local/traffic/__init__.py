"""Transactions with known frauds, and the client that sends them at a steady rate."""
